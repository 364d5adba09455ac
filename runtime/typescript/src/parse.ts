// How does the text of a reply become its value?

import { type Codec, mostOf, readValue } from "./codec.js";
import { Fault } from "./fault.js";

/** Reads a value by its codec; without one, it is what `JSON.parse` gives. Throws a {@link Fault}. */
export function parse(text: string, codec?: Codec): unknown {
  const most = codec && mostOf(codec);
  // What reads integers without loss comes with the codecs that need it.
  if (most?.parse) return most.parse(text, codec!);
  const value = parseJson(text);
  return most?.own ? readValue(codec!, value, { keys: [], mark: "", left: 0 }) : value;
}

/** `JSON.parse`, but what is no JSON is a bad reply. */
export function parseJson(text: string): any {
  return orBadReply(() => JSON.parse(text));
}

/** Takes what an engine cannot decode for what it is. */
export function orBadReply<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new Fault("bad_reply", "maybe", String(cause), { cause });
  }
}
