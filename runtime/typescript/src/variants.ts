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

/**
 * As {@link tagged}, of an open enum: names every variant that is known. With `any`, what has no tag is
 * not known either.
 */
export function openTagged(tag: string, variants: Variants, any?: true): Codec {
  return byTag(tag, variants, 2, kept(tag), any);
}

/**
 * Of an open enum whose variants have content: names every variant that is known. With `any`, what looks
 * like no variant is not known either.
 */
export function openVariants(names: readonly string[], variants: Codec, any?: true): Codec {
  const unknown = kept();
  return {
    own: 2,
    parse: lossless,
    parts: () => [variants],
    pick(value, reading, flat) {
      if (!reading) return unknown!.made!(value) ? unknown : variants;
      const found = typeof value === "string" ? [value] : Object.keys(value);
      const isKnown = (name: string): boolean => names.includes(name);
      // Members of other types may stand beside that of the variant.
      if (flat) return found.some(isKnown) ? variants : unknown;
      if (found.length !== 1 && !any) fail(reading, "not a variant");
      return found.length === 1 && isKnown(found[0]!) ? variants : unknown;
    },
  };
}

function byTag(tag: string, variants: Variants, level: Level, unknown: Codec, any?: true): Codec {
  return {
    own: level,
    ...(level && { parse: lossless }),
    parts: () => Object.values(variants),
    pick(value, reading, flat) {
      const name = typeof value === "object" && own<unknown>(value, tag);
      if (name === unrecognized) return unknown;
      if (typeof name !== "string") {
        if (reading && any) return unknown;
        return reading && !flat ? fail(reading, `no \`${tag}\``) : null;
      }
      return Object.hasOwn(variants, name) ? variants[name]! : reading ? unknown : null;
    },
  };
}

/**
 * Keeps exactly what this frontend does not know, and writes it back as it came: `raw`, beside the tag
 * if there is one.
 */
export function kept(tag?: string): Codec {
  return {
    own: 2,
    parse: lossless,
    read(value, reading) {
      const raw = readValue(json, value, reading);
      return tag === undefined ? { [unrecognized]: raw } : { [tag]: unrecognized, raw };
    },
    made: (value) =>
      tag === undefined ? Object.hasOwn(value, unrecognized) : own(value, tag) === unrecognized,
    write: (value, place) => writeValue(tag === undefined ? value[unrecognized] : value.raw, json, place),
  };
}
