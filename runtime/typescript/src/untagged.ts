// Which variant does a value fit, where nothing names it?

import { fromBase64 } from "./base64.js";
import { type Codec, MAX_DIGITS, type Reading, digitsOf, fail } from "./codec.js";
import { lossless } from "./lossless.js";
import { real } from "./values.js";

/** What a value has to look like: the name of a kind, or the members that an object must have. */
export type Fit = string | readonly string[];

/**
 * Of an untagged enum: its variants in order. The first that fits is taken, as serde does. An integer
 * and a real are told apart by how they are written: `5` and `5.0`.
 */
export function untagged(...variants: readonly (readonly [Fit, Codec])[]): Codec {
  return {
    own: 3,
    parse: lossless,
    parts: () => variants.map(([, codec]) => codec),
    pick(value, reading) {
      const found = variants.find(([fit]) => fits(value, fit, reading));
      if (found) return typeof value === "number" && found[0][0] === "f" ? point : found[1];
      return reading ? fail(reading, "no variant fits") : null;
    },
  };
}

// Without a fraction, a real would be read as the integer's variant.
const point: Codec = {
  own: 0,
  write: (value: number, place) =>
    real!.write!(value, place) ?? (Number.isInteger(value) ? value.toFixed(1) : undefined),
};

function fits(value: any, fit: Fit, reading: Reading | undefined): boolean {
  const digits = reading && digitsOf(value, reading);
  const type = digits ? "bigint" : typeof value;
  const isArray = Array.isArray(value);
  const isBytes = value instanceof Uint8Array;
  if (typeof fit !== "string") {
    const has = (name: string): boolean => Object.hasOwn(value, name) && value[name] !== undefined;
    return type === "object" && !isArray && !isBytes && fit.every(has);
  }
  const [, letter, bits] = /^([fiu])(\d+|size)$/.exec(fit) ?? [];
  if (letter === "f") return type === "number" || !!digits;
  if (letter) {
    // When it is written, the type says which is meant: up to 32 bits a `number`, else a `bigint`.
    const isWide = Number(bits) > 32;
    const isInteger = isWide ? type === "bigint" : Number.isInteger(value);
    if (!(reading ? digits && digits.length <= MAX_DIGITS : isInteger)) return false;
    const integer = BigInt(digits ?? value);
    return BigInt[letter === "i" ? "asIntN" : "asUintN"](Number(bits) || 64, integer) === integer;
  }
  if (fit === "bytes") return reading ? type === "string" && !!fromBase64(value) : isBytes;
  if (type === "string") return fit === "string" || (fit === "char" && /^.$/su.test(value));
  return fit === "array" ? isArray : fit === "bool" && type === "boolean";
}
