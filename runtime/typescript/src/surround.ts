// What do clients that share a transport do around every call?

import type { Interceptor, Transport } from "./transport.js";

/**
 * A transport with interceptors around its calls, for `connect` and for clients that share them. The
 * first is the outermost.
 */
export function surround(transport: Transport, interceptors: readonly Interceptor[]): Transport {
  return interceptors.reduceRight(
    ({ send, versions }, interceptor) => ({
      send: async (call) => interceptor(call, send),
      versions,
    }),
    transport,
  );
}
