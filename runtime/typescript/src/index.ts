// What does a user of this package see?

export type * from "./call.js";
export { unrecognized } from "./call.js";
export { createClient } from "./client.js";
export type { Codec } from "./codec.js";
export { type Clients, connect } from "./connect.js";
export { type ContextOptions, context } from "./context.js";
export * from "./fault.js";
export { type Flattened, flat } from "./flat.js";
export { type HttpOptions, http } from "./http.js";
export { int64, json } from "./lossless.js";
export { type RetryOptions, retry } from "./retry.js";
export { safe } from "./safe.js";
export { type Streaming, stream } from "./stream.js";
export { fields, lazy, list, map, tuple } from "./structure.js";
export { surround } from "./surround.js";
export type { Token } from "./token.js";
export type { Interceptor, Outgoing, Send, Transport, Versions } from "./transport.js";
export { type Fit, untagged } from "./untagged.js";
export { bytes, float, real, size, text, unit } from "./values.js";
export { type Variants, kept, openTagged, openVariants, tagged } from "./variants.js";
