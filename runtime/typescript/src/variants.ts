// Which variant of an enum is a value?

import { unrecognized } from "./call.js";
import { type Codec, type Level, fail, readValue } from "./codec.js";
import { json, lossless } from "./lossless.js";
import { own } from "./structure.js";
import { writeValue } from "./write.js";

/** Codecs by the names of variants. */
export interface Variants {
  readonly [variant: string]: Codec;
}

/** Of an enum that is tagged internally or adjacently: a codec for the object of each variant. */
export function tagged(tag: string, variants: Variants): Codec {
  return Object.values(variants).some(Boolean) ? byTag(tag, variants, 0, null) : null;
}

/** As {@link tagged}, of an open enum: names every variant that is known. */
export function openTagged(tag: string, variants: Variants): Codec {
  return byTag(tag, variants, 2, keep((raw) => ({ [tag]: unrecognized, raw }), "raw"));
}

/** Of an open enum whose variants have content: names every variant that is known. */
export function openVariants(names: readonly string[], variants: Codec): Codec {
  const unknown = keep((raw) => ({ [unrecognized]: raw }), unrecognized);
  return {
    own: 2,
    parse: lossless,
    parts: () => [variants],
    pick(value, reading) {
      if (!reading) return Object.hasOwn(value, unrecognized) ? unknown : variants;
      const found = typeof value === "string" ? [value] : Object.keys(value);
      if (found.length !== 1) fail(reading, "not a variant");
      return names.includes(found[0]!) ? variants : unknown;
    },
  };
}

function byTag(tag: string, variants: Variants, level: Level, unknown: Codec): Codec {
  return {
    own: level,
    ...(level && { parse: lossless }),
    parts: () => Object.values(variants),
    pick(value, reading) {
      const name = typeof value === "object" && own<unknown>(value, tag);
      if (name === unrecognized) return unknown;
      if (typeof name !== "string") return reading ? fail(reading, `no \`${tag}\``) : null;
      return Object.hasOwn(variants, name) ? variants[name]! : reading ? unknown : null;
    },
  };
}

/** Keeps exactly what this frontend does not know, and writes it back as it came. */
function keep(wrap: (raw: unknown) => object, key: string | symbol): Codec {
  return {
    own: 2,
    read: (value, reading) => wrap(readValue(json, value, reading)),
    write: (value, place) => writeValue(value[key], json, place),
  };
}
