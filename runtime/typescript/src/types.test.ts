// What does TypeScript know of a call? The compiler is the test; nothing here is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalog, type CatalogClient, type CatalogError, type Change, type Model } from "./example.js";
import { type Call, type CallError, type Codec, type Result, type Stream, connect, createClient, fields, list, safe, unrecognized } from "./index.js";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export async function types(catalog: CatalogClient): Promise<void> {
  const call = catalog.search({ query: "x" });
  same<typeof call, Call<readonly Model[], CatalogError>>(true);
  same<Awaited<typeof call>, readonly Model[]>(true);
  const result = await safe(call);
  same<typeof result, Result<readonly Model[], CatalogError>>(true);
  // @ts-expect-error It may have failed.
  result.value;
  if (result.ok) same<typeof result.value, readonly Model[]>(true);
  else {
    same<typeof result.error, CallError<CatalogError>>(true);
    if (result.error.type === "declared") {
      const { data } = result.error;
      if (data.error === "not_found") same<typeof data.id, bigint>(true);
      else if (data.error === unrecognized) data.raw;
      // @ts-expect-error Only some variants have it.
      data.id;
    } else {
      result.error.kind satisfies string;
      // @ts-expect-error A fault has no data.
      result.error.data;
    }
  }
  const ping = await safe(catalog.ping());
  // @ts-expect-error It declares no error.
  if (!ping.ok && ping.error.type === "declared") ping.error.data.error;
  const stream = catalog.watch({ id: 1n });
  same<typeof stream, Stream<Change, CatalogError>>(true);
  for await (const change of stream) same<typeof change, Change>(true);
  for await (const one of safe(stream)) same<typeof one, Result<Change, CatalogError>>(true);
  // @ts-expect-error A stream is no promise.
  await stream.then();
  // @ts-expect-error An id is a bigint.
  catalog.watch({ id: 1 });
  // @ts-expect-error It has no arguments.
  catalog.ping({ a: 1 });
  // @ts-expect-error Arguments are missing.
  catalog.search();
  const transport = { send: async () => null, versions: async () => ({ interfaces: [] }) };
  same<ReturnType<typeof createClient<CatalogClient>>, CatalogClient>(true);
  const [one, two] = await connect(transport, Catalog, Catalog);
  same<typeof one, CatalogClient>(true);
  same<typeof two, CatalogClient>(true);
  // @ts-expect-error There are two.
  (await connect(transport, Catalog, Catalog))[2];
  const $Page = (T: Codec | null): Codec => fields({ items: list(T) });
  const codec: Codec = $Page(null);
  void codec;
}

test("types were checked by the compiler", () => {
  assert.equal(typeof types, "function");
});
