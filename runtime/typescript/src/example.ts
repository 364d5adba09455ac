// What does generated code look like? (For tests only; no part of the bundle.)

import { type Call, type CallOptions, type Codec, type Interface, type NoArgs, type Stream, type Unrecognized, type Json, bytes, fields, int64, list, openTagged, openVariants, stream, unit } from "./index.js";

/** A model of the quickstart's catalog. */
export interface Model {
  readonly id: bigint;
  readonly name: string;
  readonly changedMs: bigint;
}
export interface Change {
  readonly number: bigint;
  readonly model: bigint;
  readonly at: bigint;
  readonly by: string;
}
export type CatalogError =
  | { readonly error: "not_found"; readonly id: bigint }
  | { readonly error: "name_taken"; readonly name: string; readonly by: bigint }
  | { readonly error: "no_such_tile" }
  | { readonly error: Unrecognized; readonly raw: Json };

export interface CatalogClient {
  ping(args?: NoArgs, options?: CallOptions): Call<void>;
  search(args: { readonly query: string; readonly limit?: number | null | undefined }, options?: CallOptions): Call<readonly Model[], CatalogError>;
  rename(args: { readonly id: bigint; readonly name: string }, options?: CallOptions): Call<Model, CatalogError>;
  tile(args: { readonly model: bigint; readonly tile: readonly [number, number, number] }, options?: CallOptions): Call<Uint8Array, CatalogError>;
  uploadThumbnail(args: { readonly image: Uint8Array }, options?: CallOptions): Call<{ readonly digest: bigint }, CatalogError>;
  watch(args: { readonly id: bigint; readonly after?: bigint | null | undefined }, options?: CallOptions): Stream<Change, CatalogError>;
}

const $Model: Codec = /* @__PURE__ */ fields({ id: int64, changedMs: int64 });
const $Change: Codec = /* @__PURE__ */ fields({ number: int64, model: int64, at: int64, what: /* @__PURE__ */ openVariants(["created", "renamed", "tagged", "released"], null) });
const $CatalogError: Codec = /* @__PURE__ */ openTagged("error", {
  not_found: /* @__PURE__ */ fields({ id: int64 }),
  name_taken: /* @__PURE__ */ fields({ by: int64 }),
  no_such_tile: null,
});

export const Catalog: Interface<CatalogClient> = {
  name: "Catalog",
  series: "v1",
  version: "1.4.0",
  methods: {
    ping: { name: "ping", fingerprint: "0123456789abcdef0123456789abcdef", readonly: true, reply: unit },
    search: { name: "search", fingerprint: "0123456789abcdef0123456789abcdef", readonly: true, reply: /* @__PURE__ */ list($Model), error: $CatalogError },
    rename: { name: "rename", fingerprint: "0123456789abcdef0123456789abcdef", reply: $Model, error: $CatalogError },
    tile: { name: "tile", fingerprint: "0123456789abcdef0123456789abcdef", readonly: true, octetsReply: true, reply: bytes, error: $CatalogError },
    uploadThumbnail: { name: "upload_thumbnail", fingerprint: "0123456789abcdef0123456789abcdef", idempotent: true, octetsArg: "image", reply: /* @__PURE__ */ fields({ digest: int64 }), error: $CatalogError },
    watch: { name: "watch", fingerprint: "0123456789abcdef0123456789abcdef", since: "1.4.0", stream, readonly: true, reply: $Change, error: $CatalogError },
  },
};
