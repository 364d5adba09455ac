// Where in a value of several parts is there something to do?

import { type Codec, fail, mostOf, readPart } from "./codec.js";
import { keysOf } from "./values.js";

/** Of a `Vec`, a set or an array: the codec of its elements. */
export function list(item: Codec): Codec {
  return container(true, [item], () => item);
}

/** Of a map: the codec of its values. */
export function map(item: Codec): Codec {
  return container(false, [item], () => item);
}

/** Of a tuple: one codec for each element, `null` for those without. */
export function tuple(...items: readonly Codec[]): Codec {
  return container(true, items, (key) => items[key as number] ?? null);
}

/** Of a struct, or of an enum by its variants: only the members that need a codec. */
export function fields(members: { readonly [name: string]: Codec }): Codec {
  return container(false, Object.values(members), (key) => own(members, key), Object.keys(members));
}

/** Of a type that refers to itself, or to one that comes later. */
export function lazy(codec: () => Codec): Codec {
  return { own: 0, parts: () => [codec()], pick: codec };
}

/** A member that is the object's own: whatever the wire names, nothing inherited is found. */
export function own<T>(members: { readonly [name: string]: T }, name: string | number): T | null {
  return Object.hasOwn(members, name) ? members[name]! : null;
}

function container(
  array: boolean,
  parts: readonly Codec[],
  part: (key: string | number) => Codec,
  names?: readonly string[],
): Codec {
  if (!parts.some(Boolean)) return null;
  return {
    own: 0,
    parts: () => parts,
    part,
    read(value, reading) {
      // A variant without content is its name.
      if (names && typeof value === "string") return value;
      if (typeof value !== "object" || Array.isArray(value) !== array) {
        fail(reading, array ? "not an array" : "not an object");
      }
      for (const key of names ?? keysOf(value)) {
        const codec = part(key);
        if (codec && mostOf(codec).own && Object.hasOwn(value, key)) readPart(codec, value, key, reading);
      }
      return value;
    },
  };
}
