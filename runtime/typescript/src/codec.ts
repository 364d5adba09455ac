// What has to be done to a value that JSON alone cannot carry?

import { Fault } from "./fault.js";

/** Deepest nesting of arrays and objects, as at the backend. */
export const MAX_DEPTH = 64;

/** Where in a value we are, and on which way. */
export interface Place {
  /** Names of members and numbers of elements. */
  readonly keys: (string | number)[];
  readonly writing?: true;
}

/** What a codec sees besides the value while a reply is read. */
export interface Reading extends Place {
  /** What integers that are carried as strings begin with; empty if there are none. */
  readonly mark: string;
  /** How many of them no codec has taken yet. */
  left: number;
}

/**
 * How much has to be done to a reply for a codec: 0 nothing, 1 its values are visited, 2 and integers
 * of 16 digits and more are marked before, 3 and so are all integers.
 */
export type Level = 0 | 1 | 2 | 3;

/** Says what to do to a value. Generated code makes these; their members are not for use elsewhere. */
export interface CodecObject {
  /** What it needs itself, without its parts. */
  readonly own: Level;
  /** Parses a whole text for a codec that this one is a part of, if plain parsing loses something. */
  readonly parse?: (text: string, codec: CodecObject) => unknown;
  /** The codecs that it leads to. */
  readonly parts?: () => readonly Codec[];
  /**
   * The codec that does its work for this value. `reading` is undefined when it is written. `flat` says
   * that the value's members stand among those of another object, of which some may be left.
   */
  readonly pick?: (value: any, reading: Reading | undefined, flat?: true) => Codec;
  /** Makes of what was parsed what it stands for. Gets neither `null` nor `undefined`. */
  readonly read?: (value: any, reading: Reading) => unknown;
  /** The codec of a member or element, for writing. */
  readonly part?: (key: string | number) => Codec;
  /** Whether a value is what this codec made when it read, where no other may write it. */
  readonly made?: (value: any) => boolean;
  /** The JSON of a value, if it is not what it would be without a codec. */
  readonly write?: (value: any, place: Place) => string | undefined;
  /** Of it and its parts, the one that needs most; set when first asked for. */
  most?: CodecObject;
}

/** Opaque to generated code. `null` stands for nothing to do. */
export type Codec = CodecObject | null;

/** Of a codec and all that it leads to, the one that needs most. */
export function mostOf(codec: CodecObject): CodecObject {
  if (!codec.most) {
    let most = codec;
    // Types may be recursive: each codec is looked at once. The set grows while it is walked.
    const reached = new Set([codec]);
    for (const one of reached) {
      if (one.own > most.own) most = one;
      for (const part of one.parts?.() ?? []) if (part) reached.add(part);
    }
    codec.most = most;
  }
  return codec.most;
}

/** Reads a value. */
export function readValue(codec: Codec, value: any, reading: Reading): unknown {
  while (value != null && codec?.pick) codec = codec.pick(value, reading);
  return value != null && codec?.read ? codec.read(value, reading) : value;
}

/** Reads a member or element in its place. It must be there, so `__proto__` is a name like others. */
export function readPart(codec: Codec, holder: any, key: string | number, reading: Reading): void {
  if (reading.keys.push(key) > MAX_DEPTH) fail(reading, TOO_DEEP);
  holder[key] = readValue(codec, holder[key], reading);
  reading.keys.pop();
}

/** What is said of a value that is nested deeper. */
export const TOO_DEEP: string = `deeper than ${MAX_DEPTH}`;

/** The digits, if the value is an integer that was marked. */
export function digitsOf(value: unknown, { mark }: Reading): string | undefined {
  return mark && typeof value === "string" && value.startsWith(mark)
    ? value.slice(mark.length)
    : undefined;
}

/** 39 digits and a sign is what an `i128` can have; more would only take time. */
export const MAX_DIGITS = 40;

/** As {@link digitsOf}, for the codec that turns it into a number. */
export function takeDigits(value: unknown, reading: Reading): string | undefined {
  const digits = digitsOf(value, reading);
  if (digits) reading.left--;
  return digits;
}

/** Ends the reading of a reply or the writing of arguments. */
export function fail({ keys, writing }: Place, what: string): never {
  const path = keys
    .map((key, at) => (typeof key === "number" ? `[${key}]` : at ? "." + key : key))
    .join("");
  const kind = writing ? "invalid_argument" : "bad_reply";
  throw new Fault(kind, writing ? "no" : "maybe", `\`${path}\`: ${what}`, { path });
}
