// How do the members of one value stand among those of another (`#[serde(flatten)]`)?

import type { Json, Unrecognized } from "./call.js";
import { type Codec, type Reading, type Place, fail, readValue } from "./codec.js";
import { text } from "./values.js";
import { writeValue } from "./write.js";

/**
 * What has the members of `M`, and among them those of `T`. Of an option (`T | null`) it has all
 * members or none; of a variant without content (`"Name"`), a member `Name: null`. Beside a map, any
 * other name may have the map's values; as an index signature speaks of all members, it has the types of
 * those with a name too.
 */
export type Flattened<M, T> =
  | (M extends unknown ? Among<M, Exclude<T, null>> : never)
  | (null extends T ? Without<M, Exclude<T, null>> : never);

type Among<M, T> = T extends string
  ? M & (string extends T ? { readonly [K in Unrecognized]: Json } : { readonly [K in T]: null })
  : T extends readonly unknown[]
    ? never
    : T extends object
      ? string extends keyof T
        ? M & Named<T> & { readonly [name: string]: T[keyof T] | M[keyof M] }
        : M & T
      : never;

/** The members of `T` that are known by name. */
type Named<T> = { readonly [K in keyof T as string extends K ? never : K]: T[K] };

/** `M` without any member of `T`. A map that is left out is an empty one. */
type Without<M, T> = [NameOf<T>] extends [never]
  ? string extends keyof T
    ? never
    : M
  : M & { readonly [K in NameOf<T>]?: undefined };

type NameOf<T> = T extends string
  ? string extends T
    ? Unrecognized
    : T
  : T extends readonly unknown[]
    ? never
    : T extends object
      ? keyof Named<T>
      : never;

/** Of a struct: members of these `names` have one codec, all the others another. */
export function flat(names: readonly string[], named: Codec, others: Codec): Codec {
  if (!named && !others) return null;
  return {
    own: 0,
    parts: () => [named, others],
    read(value, reading) {
      if (typeof value !== "object" || Array.isArray(value)) fail(reading, "not an object");
      const [mine, rest] = divide(value, names);
      return { ...readMembers(named, mine, reading), ...readMembers(others, rest, reading) };
    },
    write(value, place) {
      // What is no such object is refused as it is elsewhere.
      if (!/t]$/.test(Object.prototype.toString.call(value)) || typeof value.toJSON === "function") return;
      const [mine, rest] = divide(value, names);
      return `{${[writeMembers(named, mine, place), writeMembers(others, rest, place)].filter(Boolean)}}`;
    },
  };
}

function divide(value: any, names: readonly string[]): [object, object] {
  const mine = Object.entries(value).filter(([name]) => names.includes(name));
  const rest = { ...value };
  for (const name of names) delete rest[name];
  return [Object.fromEntries(mine), rest];
}

function readMembers(codec: Codec, members: object, reading: Reading): object {
  if (!Object.keys(members).length) return members;
  return readValue(picked(codec, members, reading), members, reading) as object;
}

function writeMembers(codec: Codec, members: object, place: Place): string {
  const written = writeValue(members, picked(codec, members, undefined), place);
  return written?.[0] === "{" ? written.slice(1, -1) : fail(place, "not an object");
}

function picked(codec: Codec, members: object, reading: Reading | undefined): Codec {
  while (codec?.pick) codec = codec.pick(members, reading, true);
  // A name is a member here.
  return codec === text ? null : codec;
}
