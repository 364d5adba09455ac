// What can be said of a call before it is made?

import type { Codec } from "./codec.js";
import type { CallError } from "./fault.js";
import type { Streaming } from "./stream.js";

/** One method of an interface, as generated code describes it. */
export interface Method {
  /** What it is called on the wire. */
  readonly name: string;
  /** The hash of its wire shape, 32 hexadecimal digits. */
  readonly fingerprint: string;
  /** The version that its behaviour needs, if not only its shape counts. */
  readonly since?: string;
  /** Handles its reply, if that is a stream of items. */
  readonly stream?: Streaming;
  /** Whether it changes nothing, and so may be called twice. */
  readonly readonly?: true;
  /** Whether calling it twice does no more than calling it once, though it may change something. */
  readonly idempotent?: true;
  /** The lone argument that travels as bytes. */
  readonly octetsArg?: string;
  /** Whether the reply is bytes, and travels as such. */
  readonly octetsReply?: true;
  /** Of the object of all arguments. */
  readonly args?: Codec;
  /** Of the reply, or of one item. */
  readonly reply?: Codec;
  /** Of the declared error. */
  readonly error?: Codec;
}

/** An interface, as generated code describes it; `C` is its client. */
export interface Interface<C> {
  readonly name: string;
  /** What stands in a path: `v1`, `v0.3`, `v0.0.3`. */
  readonly series: string;
  readonly version: string;
  /** By their names in TypeScript. */
  readonly methods: { readonly [method: string]: Method };
  /** Never there; holds the type. */
  readonly "~client"?: C;
}

/** How a call is to be made. */
export interface CallOptions {
  /** Ends the call when it is aborted: the fault `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How many milliseconds the call may take, from its start to its end. Default: 30,000 for a call
   * with one reply, none for a stream. The backend holds to it as well.
   */
  readonly timeoutMs?: number | undefined;
  /** Names the call in the logs of both ends; at most 128 visible ASCII characters. Default: random. */
  readonly requestId?: string | undefined;
  /** More headers, for whatever stands between the two ends. Those of the protocol win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A call that has started. It rejects with a {@link CallError} and nothing else. */
export interface Call<T, E = never> extends Promise<T> {
  /** Never there; holds the type. */
  readonly "~error"?: E;
}

/**
 * The items of a reply as they come. The call starts with the first `next()` and ends with the last
 * item, by `break`, or by throwing a {@link CallError}. It can be iterated once.
 */
export interface Stream<T, E = never> extends AsyncIterable<T> {
  /** Never there; holds the type. */
  readonly "~error"?: E;
}

/** The arguments of a method that has none yet. */
export type NoArgs = Readonly<Record<string, never>>;

/** Any JSON. Integers that a `number` cannot hold are a `bigint`. */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [name: string]: Json };

/** How a call ended. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: CallError<E> };

/**
 * Stands for a variant of an open enum that this frontend does not know. It is the same in every copy
 * of this package that a program may hold.
 */
export const unrecognized: unique symbol = /* @__PURE__ */ Symbol.for(
  "@traitwire/runtime unrecognized",
) as never;
/** The type of {@link unrecognized}. */
export type Unrecognized = typeof unrecognized;
