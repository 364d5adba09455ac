// What stands between a client and a backend?

import type { Method } from "./call.js";

/** A call on its way through interceptors to the transport. */
export interface Outgoing {
  /** The interface's name. */
  readonly interface: string;
  readonly series: string;
  readonly version: string;
  readonly method: Method;
  /** The arguments by their names on the wire. */
  readonly args: unknown;
  /** Belongs to this call; interceptors may change it. The protocol's own headers win. */
  readonly headers: Headers;
  /** Aborted when the call has ended, by whatever. Its reason is the fault. */
  readonly signal: AbortSignal;
  /** When the call must have ended, on the clock of `performance.now()`; `Infinity` if it need not. */
  readonly deadline: number;
  /** Must be called before anything is sent: from then on the handler may have run. */
  readonly sent: () => void;
}

/**
 * Makes a call. Resolves to the reply, or to an `AsyncIterable` of items once the stream has begun;
 * rejects with a `CallError`.
 */
export type Send = (call: Outgoing) => Promise<unknown>;

/**
 * Stands around every call of a client: `next` makes it, with the same or a changed call, once, more
 * often or not at all. For a stream, `next` resolves when the stream has begun.
 *
 * ```ts
 * const timing: Interceptor = async (call, next) => {
 *   const start = performance.now();
 *   try {
 *     return await next(call);
 *   } finally {
 *     console.log(call.method.name, performance.now() - start);
 *   }
 * };
 * ```
 */
export type Interceptor = (call: Outgoing, next: Send) => Promise<unknown>;

/** Carries calls to a backend; {@link http} makes one. */
export interface Transport {
  readonly send: Send;
  /** What the backend serves, as `_versions` says it. */
  readonly versions: (signal: AbortSignal) => Promise<Versions>;
}

/** What a backend serves. */
export interface Versions {
  readonly interfaces: readonly {
    readonly name: string;
    readonly series: string;
    readonly version: string;
  }[];
}
