// How do arguments become JSON?

import { unrecognized } from "./call.js";
import { type Codec, MAX_DEPTH, type Place, TOO_DEEP, fail } from "./codec.js";

/** Writes a value by its codec. Throws a `Fault` where JSON would alter it. */
export function write(value: unknown, codec?: Codec): string {
  return writeValue(value, codec, { keys: [], writing: true }) ?? "{}";
}

/** As {@link write}, inside of a value; undefined for what is left out. */
export function writeValue(value: any, codec: Codec | undefined, place: Place): string | undefined {
  if (value == null) return value === null ? "null" : undefined;
  while (codec?.pick) codec = codec.pick(value, undefined);
  const own = codec?.write?.(value, place);
  if (own) return own;
  // The name of its class, which is the same for those of another window.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === "Number" ? Number.isFinite(value) : /^B(oolean|igInt)$/.test(kind)) return String(value);
  // Rust has no string for half of a surrogate pair.
  if (kind === "String") {
    return /\p{Cs}/u.test(value) ? fail(place, "half a surrogate pair") : JSON.stringify(value);
  }

  const writePart = (part: unknown, key: string | number): string | undefined => {
    // A circle has no end either.
    if (place.keys.push(key) > MAX_DEPTH) fail(place, TOO_DEEP);
    const text = writeValue(part, codec?.part?.(key), place);
    if (!text && typeof key === "number") fail(place, "undefined");
    place.keys.pop();
    return text;
  };
  // Not `value.map`, which skips holes.
  if (kind === "Array") return `[${Array.from(value, writePart)}]`;
  // A `Map` would become `{}`, a `Date` what its reader may not expect, and a variant that this
  // frontend does not know, where none may stand, nothing at all.
  if (kind !== "Object" || typeof value.toJSON === "function" || Object.hasOwn(value, unrecognized)) {
    fail(place, `${kind === "Number" ? value : kind} has no JSON; convert it first`);
  }
  const members = [];
  for (const key of Object.keys(value)) {
    const text = writePart(value[key], key);
    if (text) members.push(`${writeValue(key, null, place)}:${text}`);
  }
  return `{${members}}`;
}
