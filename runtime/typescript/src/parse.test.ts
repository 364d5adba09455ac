import assert from "node:assert/strict";
import { test } from "node:test";
import { type Codec, Fault, bytes, fields, int64, json, lazy, list, map, openTagged, openVariants, size, tagged, tuple, unrecognized, untagged } from "./index.js";
import { parse } from "./parse.js";
import { randomJson, referenceParse, seeded } from "./random.js";

function fault(work: () => unknown): Fault {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    assert.equal(error.kind, "bad_reply");
    assert.equal(error.executed, "maybe");
    return error;
  }
  return assert.fail("no fault");
}

test("any json is read as a slow parser reads it", () => {
  const random = seeded(7);
  for (let n = 0; n < 20_000; n++) {
    const text = randomJson(random);
    assert.deepStrictEqual(parse(text, json), referenceParse(text), text);
  }
});

test("where no codec looks, values are what plain parsing gives", () => {
  const random = seeded(8);
  const number: Codec = untagged(["f64", null], ["array", null], ["string", null], ["bool", null], [[], null]);
  for (let n = 0; n < 20_000; n++) {
    const text = randomJson(random);
    assert.deepStrictEqual(parse(`{"other":${text},"id":12345678901234567890}`, fields({ id: int64 })), {
      other: JSON.parse(text),
      id: 12345678901234567890n,
    });
    assert.deepStrictEqual(parse(text, number), JSON.parse(text), text);
  }
});

test("integers of 64 and 128 bits are exact", () => {
  for (const digits of ["0", "-1", "9007199254740991", "9007199254740992", "9007199254740993", "18446744073709551615", "-9223372036854775808", "340282366920938463463374607431768211455", "-170141183460469231731687303715884105728"]) {
    assert.equal(parse(digits, int64), BigInt(digits));
    assert.deepEqual(parse(` [ ${digits} , ${digits}]`, list(int64)), [BigInt(digits), BigInt(digits)]);
  }
});

test("digits in strings and reals stay as they are", () => {
  const text = `{"id":10000000000000000001,"a":"10000000000000000001","b":"\\"10000000000000000001","c":"\\\\","d":0.30000000000000004,"e":1e0000000000000000001,"f":12345678901234567.5,"g":["\\u0000123",-1234567890123456789e-3]}`;
  assert.deepEqual(parse(text, fields({ id: int64 })), { ...JSON.parse(text), id: 10000000000000000001n });
});

test("a text that holds marks is not taken for integers", () => {
  const strings = ["\\u0000", "\\u00001234567890123456789", "\\u0000\\u0000", "\\\\u0000", "\\u0000\\u00007"];
  for (let n = 0; n < 8; n++) strings.push(`\\u0000\\u000${n}123`);
  const text = `{"s":["${strings.join('","')}"],"id":12345678901234567890}`;
  const read = parse(text, fields({ id: int64, s: json })) as { s: unknown; id: bigint };
  assert.deepEqual(read.s, JSON.parse(text).s);
  assert.equal(read.id, 12345678901234567890n);
});

test("a long string of marks costs no more than its length", () => {
  const start = performance.now();
  const text = `["${"\\u0000".repeat(1e6)}",${"12345678901234567890,".repeat(1000)}1]`;
  assert.equal((parse(text, json) as unknown[]).length, 1002);
  // By the square of its length it would be minutes.
  assert.ok(performance.now() - start < 20_000);
});

test("what is no integer is refused with its place", () => {
  for (const text of ['"5"', "1.5", "1e300", "true", "[]", "{}", '"\\u00005"', "12345678901234567.0", "1".repeat(42)]) {
    assert.equal(fault(() => parse(`{"a":[1,${text}]}`, fields({ a: list(int64) }))).path, "a[1]", text);
  }
});

test("sizes are safe integers or refused", () => {
  assert.equal(parse("9007199254740991", size), 9007199254740991);
  for (const text of ["9007199254740992", "9007199254740993", "1.5", '"1"', "true", "[]"]) fault(() => parse(text, size));
  assert.deepEqual(parse('{"a":7,"b":12345678901234567890}', fields({ a: size, b: int64 })), { a: 7, b: 12345678901234567890n });
});

test("unexpected shapes are faults, whatever the codec", () => {
  const codecs: Codec[] = [list(int64), map(int64), tuple(int64, bytes), fields({ a: int64 }), tagged("t", { a: fields({ a: int64 }) }), openTagged("t", { a: int64 }), openVariants(["a"], fields({ a: int64 })), untagged(["i64", int64], [["a"], fields({ a: int64 })]), int64, size, bytes];
  const random = seeded(9);
  for (let n = 0; n < 5000; n++) {
    const text = randomJson(random);
    for (const codec of codecs) {
      try {
        parse(text, codec);
      } catch (error) {
        assert.ok(error instanceof Fault && error.kind === "bad_reply", `${text}: ${error}`);
      }
    }
  }
});

test("nothing inherited is found, and nothing is polluted", () => {
  const text = '{"__proto__":{"polluted":12345678901234567890},"constructor":1,"toString":2}';
  for (const codec of [map(json), json, map(map(int64)), fields({ __proto__x: int64, ["__proto__"]: json })]) {
    try {
      const read = parse(text, codec) as object;
      assert.ok(Object.hasOwn(read, "__proto__"));
      assert.equal(Object.getPrototypeOf(read), Object.prototype);
    } catch (error) {
      assert.ok(error instanceof Fault);
    }
  }
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  const byTag = tagged("t", { a: fields({ n: int64 }) });
  assert.deepEqual(parse('{"t":"toString","n":1}', byTag), { t: "toString", n: 1 });
  assert.deepEqual(parse('{"t":"constructor"}', openTagged("t", {})), { t: unrecognized, raw: { t: "constructor" } });
});

test("null is passed through everywhere", () => {
  for (const codec of [int64, size, bytes, json, list(int64), fields({ a: int64 }), tagged("t", { a: int64 }), openTagged("t", {}), openVariants([], null), untagged(["i64", int64]), lazy(() => int64)]) {
    assert.equal(parse("null", codec), null);
  }
});

test("depth ends at 64", () => {
  const nested = (n: number): string => "[".repeat(n) + "1" + "]".repeat(n);
  assert.ok(parse(nested(64), json));
  fault(() => parse(nested(65), json));
  const tree: Codec = list(lazy(() => tree));
  assert.deepEqual(parse("[[],[[]]]", tree), [[], [[]]]);
  const ids: Codec = fields({ id: int64, below: list(lazy(() => ids)) });
  assert.deepEqual(parse('{"id":1,"below":[{"id":12345678901234567890,"below":[]}]}', ids), { id: 1n, below: [{ id: 12345678901234567890n, below: [] }] });
  fault(() => parse('{"id":1,"below":['.repeat(100_000) + "]}".repeat(100_000), ids));
});

test("bytes are base64, written in the one right way", () => {
  assert.deepEqual(parse('"AAECAw=="', bytes), new Uint8Array([0, 1, 2, 3]));
  assert.deepEqual(parse('""', bytes), new Uint8Array(0));
  for (const text of ['"A"', '"AAECAw="', '"AAECAx=="', '"AAE CAw=="', '"AAE\\n"', '"-_--"', "5", "[1]", "true"]) fault(() => parse(text, bytes));
});

test("variants that are not known are kept exactly", () => {
  const open = openTagged("type", { a: fields({ n: int64 }), b: null });
  assert.deepEqual(parse('[{"type":"a","n":1},{"type":"b"},{"type":"c","n":[12345678901234567890]}]', list(open)), [
    { type: "a", n: 1n },
    { type: "b" },
    { type: unrecognized, raw: { type: "c", n: [12345678901234567890n] } },
  ]);
  const variants = openVariants(["a", "b"], fields({ b: int64 }));
  assert.deepEqual(parse('["a",{"b":1},"c",{"d":12345678901234567890}]', list(variants)), [
    "a",
    { b: 1n },
    { [unrecognized]: "c" },
    { [unrecognized]: { d: 12345678901234567890n } },
  ]);
  fault(() => parse('{"a":1,"b":2}', variants));
  fault(() => parse("{}", variants));
});

test("an untagged enum tells integers from reals, and takes the first variant that fits", () => {
  const value = list(untagged(["bool", null], ["u8", null], ["i64", int64], ["u128", int64], ["f64", null], ["char", null], ["string", null], ["array", list(int64)], [["id"], fields({ id: int64 })], [[], null]));
  assert.deepEqual(parse('[true,5,300,-5,18446744073709551615,5.0,1e2,"x","\\u0031","xy",[7],{"id":8},{"n":9}]', value), [
    true, 5, 300n, -5n, 18446744073709551615n, 5, 100, "x", "1", "xy", [7n], { id: 8n }, { n: 9 },
  ]);
  assert.deepEqual(parse('["AAEC","?"]', list(untagged(["bytes", bytes], ["string", null]))), [new Uint8Array([0, 1, 2]), "?"]);
  fault(() => parse("5", untagged(["string", null])));
});

test("what is not json is a bad reply", () => {
  for (const text of ["", "{", "undefined", "[1,]", "01", '"\n"', "12345678901234567890x", "0012345678901234567890", '"12345678901234567890', "-"]) {
    fault(() => parse(text));
    fault(() => parse(text, json));
  }
});

test("combinators give nothing where there is nothing to do", () => {
  assert.deepEqual([list(null), map(null), tuple(null, null), fields({ a: null }), tagged("t", { a: null })], [null, null, null, null, null]);
});

test("an integer in the place of a name makes no json", () => {
  for (const name of ["1234567890123456", "1234567890123456 \n\t", "-12345678901234567890"]) {
    fault(() => parse(`{${name}:1}`, map(int64)));
    fault(() => parse(`[{${name}:1}]`, json));
  }
});

test("bytes beside an integer that no codec takes are not visited one by one", () => {
  const text = `{"data":"${Buffer.alloc(4 << 20).toString("base64")}","newer":12345678901234567890}`;
  const codec = fields({ data: bytes, id: int64 });
  const start = performance.now();
  parse(text.replace("12345678901234567890", "1"), codec);
  const alone = performance.now() - start;
  const read = parse(text, codec) as { data: Uint8Array; newer: number };
  const both = performance.now() - start - alone;
  assert.ok(both < 10 * alone + 100, `${both} ms, beside ${alone}`);
  assert.deepEqual([read.data.length, read.newer], [4 << 20, 12345678901234567890]);
});

test("endless digits and strings cost no more than their length", () => {
  const codec = list(untagged(["i64", int64], ["u128", int64], ["f64", null], ["char", null], ["string", null]));
  const start = performance.now();
  const digits = "7".repeat(4e6);
  assert.deepEqual(parse(`[${digits},"${digits}"]`, codec), [Infinity, digits]);
  // By the square of their length it would be minutes.
  assert.ok(performance.now() - start < 20_000, `${performance.now() - start} ms`);
  // As without an integer that is read without loss.
  const long = "1" + "0".repeat(50);
  assert.deepEqual(parse(`{"id":1,"real":${long}}`, fields({ id: int64 })), { id: 1n, real: 1e50 });
  fault(() => parse(`{"id":${long}}`, fields({ id: int64 })));
  fault(() => parse(long, json));
});
