// Which single values can JSON not carry, or JavaScript not read?

import { fromBase64, toBase64 } from "./base64.js";
import { type Codec, type Place, digitsOf, fail, takeDigits } from "./codec.js";
import { parseJson } from "./parse.js";

/** Of `isize` and `usize`: a `number` that must be a safe integer. */
export const size: Codec = {
  own: 1,
  read(value, reading) {
    const digits = takeDigits(value, reading);
    return safe(digits ? Number(digits) : value, reading);
  },
  write: (value, place) => (typeof value === "number" ? String(safe(value, place)) : undefined),
};

/** The value, which must be a safe integer. */
export function safe(value: any, place: Place): number {
  return Number.isSafeInteger(value) ? value : fail(place, "not a safe integer");
}

/** Of `f32` and `f64`, where a zero has a sign, and more digits than are safe make no integer. */
export const real: Codec = {
  own: 0,
  write(value) {
    if (Object.is(value, -0)) return "-0.0";
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toFixed(1) : undefined;
  },
};

/** What stands for a `number` that JSON has no digits for. */
export const NON_FINITE: readonly unknown[] = ["NaN", "Infinity", "-Infinity"];

/** Of `Float`: a `number` that need not be finite. */
export const float: Codec = {
  own: 1,
  read(value, reading) {
    const digits = takeDigits(value, reading);
    const isNumber = digits || typeof value === "number" || NON_FINITE.includes(value);
    return isNumber ? Number(digits ?? value) : fail(reading, "not a number");
  },
  write: (value, place) =>
    NON_FINITE.includes(String(value)) ? `"${value}"` : real!.write!(value, place),
};

/** Of an open enum of names: a later version may give one content, which a `string` cannot have. */
export const text: Codec = {
  own: 1,
  read: (value, reading) =>
    typeof value === "string" && !digitsOf(value, reading) ? value : fail(reading, "not a name"),
};

/** Of `Bytes`: a `Uint8Array`, base64 in JSON. */
export const bytes: Codec = {
  own: 1,
  read: (value, reading) => fromBase64(value) ?? fail(reading, "not base64"),
  // One of another window is no instance of this one's class.
  write: (value) => (value[Symbol.toStringTag] === "Uint8Array" ? `"${toBase64(value)}"` : undefined),
};

/** Of `()` as a whole reply: `undefined`, so that `void` is what it says. */
export const unit: Codec = {
  own: 2,
  parse: (text) => (parseJson(text) === null ? undefined : fail({ keys: [] }, "not null")),
};

/** Of all elements, as numbers, or of all members. */
export function keysOf(value: object): Iterable<string | number> {
  return Array.isArray(value) ? value.keys() : Object.keys(value);
}
