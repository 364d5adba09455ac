// Which variant does a value fit, where nothing names it?

import { fromBase64 } from "./base64.js";
import { type Codec, MAX_DIGITS, type Reading, digitsOf, fail } from "./codec.js";
import { lossless } from "./lossless.js";
import { own } from "./structure.js";
import { NON_FINITE, real } from "./values.js";

/**
 * What a value has to look like: the name of a kind, the members that an object must have, or the
 * strings of which it, or the member `at`, must be one.
 */
export type Fit =
  | string
  | readonly string[]
  | { readonly is: readonly string[]; readonly at?: string };

/**
 * Of an untagged enum: its variants in order. The first that fits is taken, as serde does. An integer
 * and a real are told apart by how they are written: `5` and `5.0`.
 */
export function untagged(...variants: readonly (readonly [Fit, Codec])[]): Codec {
  return {
    own: 3,
    parse: lossless,
    parts: () => variants.map(([, codec]) => codec),
    pick(value, reading, flat) {
      const made = reading ? undefined : variants.find(([, codec]) => codec?.made?.(value));
      const found = made ?? variants.find(([fit]) => fits(value, fit, reading));
      if (found) return typeof value === "number" && /^f/.test(found[0] as string) ? pointed(found[1]) : found[1];
      return reading && !flat ? fail(reading, "no variant fits") : null;
    },
  };
}

/** Without a fraction, a real would be read as the integer's variant. */
function pointed(codec: Codec): Codec {
  return {
    own: 0,
    write: (value: number, place) =>
      (codec ?? real)!.write!(value, place) ?? (Number.isInteger(value) ? value.toFixed(1) : undefined),
    ...(codec?.read && { read: codec.read }),
  };
}

function fits(value: any, fit: Fit, reading: Reading | undefined): boolean {
  const digits = reading && digitsOf(value, reading);
  const type = digits ? "bigint" : typeof value;
  const isArray = Array.isArray(value);
  const isBytes = value instanceof Uint8Array;
  const isObject = type === "object" && !isArray && !isBytes;
  if (typeof fit !== "string") {
    if ("is" in fit) return fit.is.includes(fit.at === undefined ? value : isObject && own(value, fit.at));
    const has = (name: string): boolean => Object.hasOwn(value, name) && value[name] !== undefined;
    return isObject && fit.every(has);
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
  if (fit === "float") return type === "number" || !!digits || (!!reading && NON_FINITE.includes(value));
  if (fit === "bytes") return reading ? type === "string" && !!fromBase64(value) : isBytes;
  if (fit === "json") return true;
  if (type === "string") return fit === "string" || (fit === "char" && /^.$/su.test(value));
  return fit === "array" ? isArray : fit === "bool" && type === "boolean";
}
