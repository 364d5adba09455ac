// Is the other end one that this frontend can talk to?

import type { Interface } from "./call.js";
import { createClient } from "./client.js";
import { Fault } from "./fault.js";
import { orBadReply } from "./parse.js";
import { run } from "./running.js";
import type { Transport } from "./transport.js";

/** The clients of interfaces. */
export type Clients<I extends readonly Interface<any>[]> = {
  [K in keyof I]: I[K] extends Interface<infer C> ? C : never;
};

/**
 * Makes clients once the backend is known to serve their interfaces, each in its series. A method that
 * it lacks, or has in another shape, is found out when it is called.
 *
 * ```ts
 * const [catalog, jobs] = await connect(http({ baseUrl: "/rpc" }), Catalog, Jobs);
 * ```
 *
 * @throws {Fault} `unimplemented` if the backend lacks an interface, `incompatible` if it lacks the
 * series; `disconnected`, `deadline_exceeded` (30 s) or `bad_reply` if it does not say.
 */
export async function connect<const I extends readonly Interface<any>[]>(
  transport: Transport,
  ...interfaces: I
): Promise<Clients<I>> {
  const served = await run({}, async ({ limits }) => {
    const { interfaces } = (await transport.versions(limits.signal)) ?? {};
    return orBadReply(() =>
      interfaces.map(({ name, series, version }) => ({
        name,
        series,
        // Fails if it is no string.
        version: version.trim(),
      })),
    );
  }).catch((fault: Fault) => {
    // No method was called.
    throw new Fault(fault.kind, "no", `_versions: ${fault.message}`, { cause: fault });
  });
  const clients = interfaces.map((wanted) => {
    const { name, series, version } = wanted;
    const offers = served.filter((one) => one.name === name);
    if (!offers.some((one) => one.series === series)) {
      const kind = offers.length ? "incompatible" : "unimplemented";
      const offered = offers.map((one) => one.version);
      // The end with the older versions is the one to be upgraded.
      const retryable = offered.every((one) => compare(one, version) < 0);
      const fix = retryable ? "upgrade_backend" : "upgrade_frontend";
      const incompatibility = {
        interface: name,
        need: series,
        offers: offered,
        reason: "other_series",
        fix,
        retryable,
      };
      const message = `\`${name}\` is needed in ${series}; offered: ${offered.join(", ") || "none"}`;
      throw new Fault(kind, "no", message, offers.length ? { incompatibility } : {});
    }
    return createClient(wanted, transport);
  });
  return clients as Clients<I>;
}

/** Of two versions in different series, which differ in a number. */
function compare(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
