import assert from "node:assert/strict";
import { test } from "node:test";
import { type Codec, Fault, bytes, fields, int64, json, list, openTagged, openVariants, real, size, unrecognized, untagged } from "./index.js";
import { parse } from "./parse.js";
import { randomJson, seeded } from "./random.js";
import { write } from "./write.js";

function refused(value: unknown, path: string, codec: Codec = null): string {
  try {
    write(value, codec);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.deepEqual([error.kind, error.executed, error.path], ["invalid_argument", "no", path]);
    return error.message;
  }
  return assert.fail(`written: ${String(value)}`);
}

test("plain values are written as JSON.stringify does", () => {
  const random = seeded(3);
  for (let n = 0; n < 5000; n++) {
    const value = JSON.parse(randomJson(random), (_, item) => (Number.isFinite(item) || typeof item !== "number" ? item : 0));
    assert.equal(write(value), JSON.stringify(value));
  }
});

test("any json that was read is written back with the same value", () => {
  const random = seeded(4);
  for (let n = 0; n < 5000; n++) {
    const value = parse(randomJson(random), json);
    assert.deepStrictEqual(parse(write(value, json), json), value);
  }
});

test("what JSON.stringify cannot write is written", () => {
  assert.equal(write({ id: 2n ** 64n - 1n, data: new Uint8Array([0, 1, 2]), gone: undefined, none: null }, fields({ data: bytes })), '{"id":18446744073709551615,"data":"AAEC","none":null}');
  assert.equal(write(JSON.parse('{"__proto__":1,"a\\"":2}')), '{"__proto__":1,"a\\"":2}');
  assert.equal(write({ a: new (class { x = 1; })(), b: Object.create(null) }), '{"a":{"x":1},"b":{}}');
  assert.equal(write(undefined), "{}");
});

test("zero has a sign where it counts", () => {
  assert.equal(write({ a: -0, b: -0, c: [-0, 1, 1e21, 2 ** 53] }, fields({ b: real, c: list(real) })), '{"a":0,"b":-0.0,"c":[-0.0,1,1e+21,9007199254740992.0]}');
});

test("what JSON would alter is refused with its place", () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  refused(circle, "self" + ".self".repeat(64));
  for (const value of [NaN, Infinity, -Infinity, "\ud800", "a\udc00b", () => 1, Symbol("s"), new Date(0), new Map(), new Set(), /x/, Promise.resolve(1), new Uint16Array(1), new Uint8Array(1), unrecognized, { toJSON: () => 1 }, { [unrecognized]: 1 }]) {
    refused({ a: { b: [1, value] } }, "a.b[1]");
  }
  refused({ a: [undefined] }, "a[0]");
  refused({ a: new Array(2) }, "a[0]");
  refused({ n: 2 ** 53 }, "n", fields({ n: size }));
  refused({ "\ud800": 1 }, "");
  assert.match(refused({ at: new Date(0) }, "at"), /Date/);
});

test("depth ends at 64", () => {
  let value: unknown = 1;
  for (let n = 0; n < 64; n++) value = [value];
  assert.equal(write(value), "[".repeat(64) + "1" + "]".repeat(64));
  refused([value], "[0]".repeat(65));
});

test("a variant that is not known goes back as it came", () => {
  const text = '[{"t":"x","n":[12345678901234567890]},{"t":"a","n":1}]';
  const codec = list(openTagged("t", { a: fields({ n: int64 }) }));
  assert.equal(write(parse(text, codec), codec), text);
  const variants = list(openVariants(["a"], fields({ a: real })));
  assert.equal(write(parse('["a","b",{"c":12345678901234567890}]', variants), variants), '["a","b",{"c":12345678901234567890}]');
  assert.equal(write({ [unrecognized]: "b" }, openVariants([], null)), '"b"');
  assert.equal(write({ t: unrecognized, raw: null }, openTagged("t", {})), "null");
  assert.equal(write({ t: "new", raw: 1 }, openTagged("t", {})), '{"t":"new","raw":1}');
});

test("an untagged real is written as one", () => {
  const number = list(untagged(["i64", int64], ["f64", real], ["string", null]));
  assert.equal(write([5n, 5, 0, -0, 1.5, 1e21, "5"], number), '[5,5.0,0.0,-0.0,1.5,1e+21,"5"]');
  assert.equal(write([5, 1.5, -1], list(untagged(["u32", null], ["f32", real]))), "[5,1.5,-1.0]");
});

test("arrays of bigints are refused, and a member called toJSON is none of ours", () => {
  for (const value of [new BigInt64Array([7n]), new BigUint64Array(2)]) refused({ a: value }, "a");
  assert.equal(write({ toJSON: "x", a: { toJSON: null } }), '{"toJSON":"x","a":{"toJSON":null}}');
});
