// How does the method of a client become a call?

import type { CallOptions, Interface } from "./call.js";
import { type Running, run } from "./running.js";
import type { Interceptor, Send, Transport } from "./transport.js";

/**
 * Makes the client of an interface. Nothing is sent before its first call. The first of the
 * interceptors is the outermost.
 *
 * ```ts
 * const transport = http({ baseUrl: "/rpc", token: () => session.token });
 * const catalog = createClient(Catalog, transport, [retry()]);
 * const models = await catalog.search({ query: "bridge" });
 * ```
 */
export function createClient<C>(
  description: Interface<C>,
  transport: Transport,
  interceptors: readonly Interceptor[] = [],
): C {
  const send = interceptors.reduceRight<Send>(
    (next, interceptor) => async (call) => interceptor(call, next),
    transport.send,
  );
  // Without a prototype, so that a method may have any name.
  const client = Object.create(null);
  for (const [key, method] of Object.entries(description.methods)) {
    client[key] = (args: unknown = {}, options: CallOptions = {}) => {
      const work = async ({ limits }: Running): Promise<any> => {
        const { name, series, version } = description;
        const headers = new Headers(options.headers);
        headers.set("x-request-id", options.requestId ?? randomId());
        return send({ interface: name, series, version, method, args, headers, ...limits });
      };
      return method.stream ? method.stream.open(options, work) : run(options, work);
    };
  }
  return client;
}

/** 128 random bits. `crypto.randomUUID` is missing in pages that came over plain HTTP. */
export function randomId(): string {
  return crypto.getRandomValues(new BigUint64Array(2)).join("-");
}
