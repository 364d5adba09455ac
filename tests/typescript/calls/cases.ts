// What is a case, in TypeScript? The list itself is written by Rust.

import type { Call, CallOptions, Executed, FaultKind, Stream } from "@traitwire/runtime";

/** How a call is made. */
export interface How {
  readonly name: string;
  /** The path of the backend. */
  readonly site: string;
  readonly token: string | null;
  readonly timeoutMs: number | null;
  readonly maxReply: number | null;
  /** Gives up after so many items, once the handler runs. */
  readonly giveUpAfter: number | null;
  /** Gives up by an abort, and not by leaving the loop. */
  readonly abort: boolean;
  /** Some of the items come, not all. */
  readonly cut: boolean;
}

/** How it ends. */
export type Expected =
  | { readonly end: "reply"; readonly value: unknown }
  | { readonly end: "ended"; readonly items: readonly unknown[] }
  | { readonly end: "declared"; readonly error: unknown; readonly status: number; readonly items: readonly unknown[] }
  | {
      readonly end: "failed";
      readonly kind: FaultKind;
      readonly executed: Executed;
      /** Where in the arguments; anywhere and nowhere if it is `null`. */
      readonly path: string | null;
      readonly items: readonly unknown[];
    };

type Caller<C, R> = (client: C, options: CallOptions) => R;

/** One call of the list. */
export interface Case<C> extends How {
  readonly call: Caller<C, Promise<unknown> | AsyncIterable<unknown>>;
  readonly expected: Expected;
}

// Each of these takes what the generated client says of its method, so that a value which does not
// go with its types is a compile error.

export function reply<C, T>(how: How, call: Caller<C, Call<T, unknown>>, value: NoInfer<T>): Case<C> {
  return { ...how, call, expected: { end: "reply", value } };
}

export function declared<C, T, E>(
  how: How,
  call: Caller<C, Call<T, E> | Stream<T, E>>,
  error: NoInfer<E>,
  status: number,
  items: readonly NoInfer<T>[] = [],
): Case<C> {
  return { ...how, call, expected: { end: "declared", error, status, items } };
}

export function failed<C, T>(
  how: How,
  call: Caller<C, Call<T, unknown> | Stream<T, unknown>>,
  kind: FaultKind,
  executed: Executed,
  path: string | null,
  items: readonly NoInfer<T>[] = [],
): Case<C> {
  return { ...how, call, expected: { end: "failed", kind, executed, path, items } };
}

export function ended<C, T>(how: How, call: Caller<C, Stream<T, unknown>>, items: readonly NoInfer<T>[]): Case<C> {
  return { ...how, call, expected: { end: "ended", items } };
}

/** Bytes: 0, 1, .., 255, 0, .. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 256);
}

/** The whole numbers from zero. */
export function counted(to: number): bigint[] {
  return Array.from({ length: to }, (_, index) => BigInt(index));
}

/** Each list of these, two times over. */
export function twice<T>(lists: T): T {
  const doubled = Object.entries(lists as object).map(([name, list]: [string, unknown[]]) => [name, [...list, ...list]]);
  return Object.fromEntries(doubled) as T;
}
