// How is a failure a value, not an exception?

import type { Call, Result, Stream } from "./call.js";

/**
 * Turns a call's end into a value, with the declared error's type. Never rejects.
 *
 * ```ts
 * const result = await safe(catalog.model({ id: 7n }));
 * if (result.ok) show(result.value);
 * else if (result.error.type === "declared") explain(result.error.data);
 * else report(result.error.kind);
 * ```
 */
export function safe<T, E>(call: Call<T, E>): Promise<Result<T, E>>;
/** The same for a stream: its items as values, and its failure as the last one. */
export function safe<T, E>(stream: Stream<T, E>): AsyncIterable<Result<T, E>>;
export function safe(work: any): any {
  if (Symbol.asyncIterator in work) return results(work);
  return work.then(
    (value: unknown) => ({ ok: true, value }),
    (error: unknown) => ({ ok: false, error }),
  );
}

async function* results(stream: Stream<unknown>): AsyncGenerator<unknown> {
  try {
    for await (const value of stream) yield { ok: true, value };
  } catch (error) {
    yield { ok: false, error };
  }
}
