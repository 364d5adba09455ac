import assert from "node:assert/strict";
import { test } from "node:test";
import { type Codec, type Flattened, type Json, type Unrecognized, Fault, bytes, fields, flat, float, int64, json, kept, list, map, openTagged, openVariants, real, tagged, text, unrecognized, untagged } from "./index.js";
import { parse } from "./parse.js";
import { write } from "./write.js";

const BIG = "9007199254740993";

function fault(work: () => unknown, kind: string): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Fault && error.kind === kind, String(error));
    return error.path ?? "";
  }
  return assert.fail("no fault");
}

/** Reads a text, and writes what was read. */
function both(codec: Codec, source: string): unknown {
  const value = parse(source, codec);
  assert.deepEqual(parse(write(value, codec), json), parse(source, json), source);
  return value;
}

test("named members have their own codec, all others that of the map", () => {
  const codec = flat(["a", "n"], fields({ a: bytes }), map(int64));
  assert.deepEqual(both(codec, `{"a":"AAEC","n":1.5,"x":${BIG}}`), { a: new Uint8Array([0, 1, 2]), n: 1.5, x: 9007199254740993n });
  const read = both(codec, `{"a":"","__proto__":${BIG}}`) as object;
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
  assert.ok(Object.hasOwn(read, "__proto__"));
  for (const source of ["5", "[]", '"a"', "true"]) fault(() => parse(source, codec), "bad_reply");
  assert.equal(fault(() => parse('{"a":"","x":1.5}', codec), "bad_reply"), "x");
  assert.deepEqual([flat(["a"], null, null), parse("null", codec)], [null, null]);
});

test("an enum among members takes what is left of them", () => {
  const external = flat(["a"], fields({ a: int64 }), fields({ N: int64 }));
  assert.deepEqual(both(external, `{"a":1,"U":null}`), { a: 1n, U: null });
  assert.deepEqual(both(external, `{"a":1,"N":${BIG}}`), { a: 1n, N: 9007199254740993n });
  const internal = flat(["a"], null, tagged("t", { A: fields({ x: int64 }) }));
  assert.deepEqual(both(internal, `{"a":1,"t":"A","x":${BIG}}`), { a: 1, t: "A", x: 9007199254740993n });
  // Of an option, there may be none.
  assert.deepEqual(both(internal, `{"a":1}`), { a: 1 });
  const looks = flat(["a"], null, untagged([["n"], fields({ n: int64 })], [["m"], fields({ m: real })]));
  assert.deepEqual(both(looks, `{"a":1,"m":-0.0}`), { a: 1, m: -0 });
  assert.deepEqual(both(looks, `{"a":1}`), { a: 1 });
});

test("a variant that is not known keeps the members that no other has", () => {
  const open = flat(["a"], fields({ a: int64 }), openTagged("t", { A: null }));
  assert.deepEqual(both(open, `{"a":1,"t":"B","x":[${BIG}]}`), { a: 1n, t: unrecognized, raw: { t: "B", x: [9007199254740993n] } });
  const names = flat(["a"], null, openVariants(["U"], null));
  assert.deepEqual(both(names, `{"a":1,"U":null}`), { a: 1, U: null });
  assert.deepEqual(both(names, `{"a":1,"V":5}`), { a: 1, [unrecognized]: { V: 5 } });
  assert.deepEqual(both(names, `{"a":1}`), { a: 1 });
  fault(() => write({ a: 1, [unrecognized]: "V" }, names), "invalid_argument");
  const any = flat(["a"], null, openTagged("t", { A: null }, true));
  assert.deepEqual(both(any, `{"a":1,"z":1}`), { a: 1, t: unrecognized, raw: { z: 1 } });
  assert.deepEqual(both(any, `{"a":1}`), { a: 1 });
  // Where a parameter stands, its codec is one for a name.
  assert.deepEqual(both(flat(["a"], fields({ a: int64 }), text), `{"a":1,"U":null}`), { a: 1n, U: null });
});

test("parts among parts", () => {
  const codec = flat(["id"], null, flat(["t", "x"], tagged("t", { A: fields({ x: int64 }) }), json));
  assert.deepEqual(both(codec, `{"id":1,"t":"A","x":1,"m":[${BIG}]}`), { id: 1, t: "A", x: 1n, m: [9007199254740993n] });
  const outer = tagged("t", { A: flat(["t"], null, map(int64)) });
  assert.deepEqual(both(outer, `{"t":"A","x":${BIG}}`), { t: "A", x: 9007199254740993n });
});

test("what JSON would alter is refused among others too", () => {
  const codec = flat(["a"], null, map(real));
  assert.equal(fault(() => write({ a: 1, x: NaN }, codec), "invalid_argument"), "x");
  assert.equal(write({ x: -0, a: -0 }, codec), '{"a":0,"x":-0.0}');
  assert.equal(write({ a: undefined, x: undefined }, codec), "{}");
  for (const value of [new Date(0), new Map(), { toJSON: () => 1 }]) fault(() => write(value, codec), "invalid_argument");
});

test("a float need not be finite", () => {
  const codec = list(float);
  assert.deepEqual(both(codec, `["NaN","Infinity","-Infinity",1.5,7]`), [NaN, Infinity, -Infinity, 1.5, 7]);
  assert.equal(write([-0, NaN, 1], codec), '[-0.0,"NaN",1]');
  assert.deepEqual(parse(`{"a":1,"b":[12345678901234567890]}`, fields({ a: int64, b: codec })), { a: 1n, b: [12345678901234567000] });
  for (const source of ['"nan"', '"1"', "true", "{}", "[]"]) fault(() => parse(source, float), "bad_reply");
  fault(() => parse('{"a":1,"b":"Infinit"}', fields({ a: int64, b: float })), "bad_reply");
  const told = list(untagged(["u8", null], ["float", float], ["bytes", bytes]));
  assert.deepEqual(both(told, '[5,5.0,"NaN","AAEC"]'), [5, 5, NaN, new Uint8Array([0, 1, 2])].map((value, at) => (at === 1 ? 5 : value)));
  assert.equal(write([5.5, NaN], told), '[5.5,"NaN"]');
});

test("a name is a string and nothing else", () => {
  assert.deepEqual(both(list(text), '["a","b"]'), ["a", "b"]);
  for (const source of ["5", '{"a":1}', "[]", "true"]) fault(() => parse(source, text), "bad_reply");
  fault(() => parse(`{"id":1,"name":${BIG}}`, fields({ id: int64, name: text })), "bad_reply");
});

test("a catch-all takes whatever is no variant", () => {
  const names = list(openVariants(["A"], null, true));
  assert.deepEqual(both(names, `["A","B",5,[${BIG}],{"A":1,"B":2},{},true,null]`), [
    "A", { [unrecognized]: "B" }, { [unrecognized]: 5 }, { [unrecognized]: [9007199254740993n] }, { [unrecognized]: { A: 1, B: 2 } }, { [unrecognized]: {} }, { [unrecognized]: true }, null,
  ]);
  const byTag = list(openTagged("t", { A: null }, true));
  assert.deepEqual(both(byTag, `[{"t":"A"},{"t":5},"x"]`), [{ t: "A" }, { t: unrecognized, raw: { t: 5 } }, { t: unrecognized, raw: "x" }]);
  const mixed = list(untagged([{ is: ["A"], at: "t" }, tagged("t", { A: fields({ x: int64 }) })], [["x"], null], ["i64", int64], ["json", kept("t")]));
  assert.deepEqual(both(mixed, `[{"t":"A","x":1},{"t":"B","x":1},5,"x",{"t":"B"}]`), [{ t: "A", x: 1n }, { t: "B", x: 1 }, 5n, { t: unrecognized, raw: "x" }, { t: unrecognized, raw: { t: "B" } }]);
});

test("strings are told by their text", () => {
  const codec = list(untagged([{ is: ["auto"] }, null], ["bytes", bytes]));
  assert.deepEqual(both(codec, '["auto","AAEC"]'), ["auto", new Uint8Array([0, 1, 2])]);
});

interface Plain {
  readonly b: string;
  readonly c: bigint;
}
interface A {
  readonly a: number;
}
type Kind = { readonly kind: "A"; readonly x: bigint } | { readonly kind: "B" };
type Open = "U" | { readonly N: bigint } | { readonly [K in Unrecognized]: Json };

/** Checked by the compiler. */
function types(): void {
  const maybe: Flattened<A, Plain | null>[] = [{ a: 1 }, { a: 1, b: "", c: 1n }];
  for (const value of maybe) {
    const c: bigint = value.b === undefined ? 0n : value.c;
    void c;
  }
  // @ts-expect-error All members or none.
  const half: Flattened<A, Plain | null> = { a: 1, b: "" };
  const variants: Flattened<A, Open>[] = [{ a: 1, U: null }, { a: 1, N: 1n }, { a: 1, [unrecognized]: 1 }];
  for (const value of variants) {
    const n: Json = "U" in value ? value.U : "N" in value ? value.N : value[unrecognized];
    void n;
  }
  const beside: Flattened<A & Kind, { readonly [key: string]: boolean }>[] = [{ a: 1, kind: "A", x: 1n, more: true }];
  for (const value of beside) {
    const x: bigint = value.kind === "A" ? value.x : 0n;
    const more: unknown = value["more"];
    void [x, more];
  }
  // @ts-expect-error A member of another type than any has.
  const wrong: Flattened<A, { readonly [key: string]: boolean }> = { a: 1, more: "" };
  const names: Flattened<A, "U" | (string & {})>[] = [{ a: 1, U: null }, { a: 1, [unrecognized]: { V: 1 } }];
  const tag: Flattened<A, Kind | null>[] = [{ a: 1 }, { a: 1, kind: "B" }];
  const alone: Flattened<object, Plain | null>[] = [{}, { b: "", c: 1n }];
  void [half, wrong, names, tag, alone];
}

test("types were checked by the compiler", () => {
  assert.equal(typeof types, "function");
});
