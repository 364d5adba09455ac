// How is a reply read without loss, whatever integers it holds?

import { type Codec, type CodecObject, MAX_DIGITS, type Reading, fail, mostOf, readPart, readValue, takeDigits } from "./codec.js";
import { markIntegers } from "./marks.js";
import { parseJson } from "./parse.js";
import { keysOf, real, safe } from "./values.js";

/** Parses for a codec of level 2 or 3. */
export function lossless(text: string, codec: CodecObject): unknown {
  const marked = markIntegers(text, mostOf(codec).own < 3 ? 16 : 1);
  const reading = { ...marked, keys: [] };
  const read = readValue(codec, parseJson(marked.text), reading);
  // Some stand where no codec looks, such as in a member that is newer than this frontend.
  return reading.left > 0 ? readValue(rounded, read, reading) : read;
}

/** Of `i64`, `u64`, `i128` and `u128`: a `bigint`. */
export const int64: Codec = {
  own: 2,
  parse: lossless,
  read(value, reading) {
    const digits = takeDigits(value, reading);
    return digits ? exact(digits, reading) : BigInt(safe(value, reading));
  },
};

/** Of any JSON. Integers that a `number` cannot hold are a `bigint`. */
export const json: Codec = /* @__PURE__ */ anyJson();

/** Where no codec looks: integers are what they would be without marks. */
const rounded: CodecObject = /* @__PURE__ */ unmarking(Number);

function anyJson(): Codec {
  const read = unmarking((digits, reading) => {
    const number = Number(digits);
    return Number.isSafeInteger(number) ? number : exact(digits, reading);
  });
  const codec: Codec = { ...real, ...read, part: () => codec };
  return codec;
}

function exact(digits: string, reading: Reading): bigint {
  return digits.length > MAX_DIGITS ? fail(reading, "too many digits") : BigInt(digits);
}

function unmarking(convert: (digits: string, reading: Reading) => unknown): CodecObject {
  const codec: CodecObject = {
    own: 2,
    parse: lossless,
    read(value, reading) {
      const digits = takeDigits(value, reading);
      if (digits) return convert(digits, reading);
      // Bytes have been read, and would be as many members.
      if (typeof value === "object" && !ArrayBuffer.isView(value)) {
        for (const key of keysOf(value)) readPart(codec, value, key, reading);
      }
      return value;
    },
  };
  return codec;
}
