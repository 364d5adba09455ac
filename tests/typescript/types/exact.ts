// Which values have the types that become of what serde flattens, catches and leaves untagged?

import { type Json, unrecognized } from "@traitwire/runtime";

import * as exact from "../exact/index.js";

export function optionsHaveAllMembersOrNone(): bigint[] {
  const values: exact.WithMaybe[] = [{ a: 1n }, { a: 1n, b: "", c: 2n, z: undefined }];
  // @ts-expect-error: `c` is missing.
  values.push({ a: 1n, b: "" });
  const kinds: exact.WithMaybeKind[] = [{ a: 1n }, { a: 1n, kind: "B" }, { a: 1n, kind: "A", x: 1n }];
  return [
    ...values.map((value) => (value.b === undefined ? value.a : value.c)),
    ...kinds.map((value) => (value.kind === "A" ? value.x : value.a)),
  ];
}

export function mapsStandBesideMembers(read: exact.KindAndMore): bigint[] {
  const map: exact.WithMap = { a: 1n, any: 2n };
  // @ts-expect-error: no member is a flag.
  const wrong: exact.WithMap = { a: 1n, any: true };
  const deep: exact.Deep = { d: new Uint8Array(1), a: 1n, any: 2n };
  const json: exact.WithJson = { a: 1n, any: [1, { x: null }] };
  const levels: exact.WithLevels = { a: 1n, Red: 1.5 };
  const more: exact.KindAndMore = { id: 1n, kind: "A", x: 3n, more: [null] };
  const adjacent: exact.AdjAndMore[] = [{ id: 1, kind: "U", any: 1n }, { id: 1, kind: "N", of: 1n }];
  void [wrong, adjacent];
  return [map.a, deep.a, json.a, levels.a, more.id, read.kind === "A" ? read.x : read.id];
}

export function variantsStandAmongMembers(value: exact.WithOpenExt): Json {
  const values: exact.WithExt[] = [{ a: 1n, U: null }, { a: 1n, N: 1n }, { a: 1n, P: { p: 1 }, z: 1 }];
  const names: exact.WithNames[] = [{ a: 1n, Red: null }, { a: 1n, [unrecognized]: { Blue: 1 } }];
  const looks: exact.WithUnt[] = [{ a: 1n }, { a: 1n, n: 1n }, { a: 1n, m: 1 }];
  const two: exact.TwoEnums[] = [{ id: 1, kind: "B", U: null }, { id: 1, kind: "A", x: 1n, N: 1n }];
  void [values, names, looks, two];
  if ("U" in value) return value.U;
  return "N" in value ? value.N : value[unrecognized];
}

export function parametersAreSettledWhereTheyAreUsed(): bigint[] {
  const plain: exact.Page<exact.Plain> = { total: 1n, b: "", c: 2n, list: [{ b: "", c: 1n }] };
  const map: exact.Page<{ readonly [key: string]: bigint }> = { total: 1n, any: 2n, list: [] };
  const maybe: exact.Page<exact.Kind | null> = { total: 1n, list: [null, { kind: "B" }] };
  const names: exact.Page<exact.Closed> = { total: 1n, Red: null, list: ["Red"] };
  const outer: exact.Outer<exact.Plain> = { o: 1, total: 1n, b: "", c: 2n, list: [] };
  return [plain.c, map.total, maybe.total, names.total, outer.c];
}

export function contentStandsBesideItsTag(value: exact.Variants): unknown {
  const values: exact.Variants[] = [
    { kind: "Map", x: 1n, any: 2n },
    { kind: "Ints", any: 2n },
    { kind: "Ext", U: null },
    { kind: "Open", [unrecognized]: { New: 1 } },
    { kind: "WithMap", a: 1n, any: 2n },
    { kind: "Adj", t: "N", c: 1n },
    { kind: "Json", any: [1] },
    { kind: "Unit" },
    { kind: "Names", Red: null },
  ];
  switch (value.kind) {
    case "Map":
      return value.x satisfies bigint;
    case "Plain":
      return value.b satisfies string;
    case "Ext":
      return "N" in value ? (value.N satisfies bigint) : undefined;
    default:
      return values;
  }
}

export function catchAllsAreArms(value: exact.AnyInt, text: exact.ExactText): Json {
  const written: exact.WriteAnyExt[] = ["U", { [unrecognized]: [1, "x"] }, null];
  void written;
  if (value === null) return text satisfies string;
  switch (value.kind) {
    case "U":
      return null;
    case "A":
      return value.x satisfies bigint;
    default:
      return value.raw satisfies Json;
  }
}

export function eachWayHasItsType(read: exact.Halves): exact.HalvesInput {
  // @ts-expect-error: what is read is no text.
  void (read.differs satisfies string);
  return { ...read, differs: String(read.differs), conv: "", from: "", list: [], key: { text: 1 } };
}
