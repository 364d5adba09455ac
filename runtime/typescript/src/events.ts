// How do items cross as `text/event-stream` (WHATWG HTML §9.2)?

import { decoder, tooLarge } from "./body.js";

/** The names and data of events, wherever their bytes are split; of at most `limit` characters. */
export async function* events(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
): AsyncGenerator<[name: string, data: string]> {
  const decode = decoder();
  let rest = "";
  let name = "";
  let data = "";
  for await (const piece of pieces) {
    const lines = decode(piece, { stream: true }).split("\n");
    // Only what is new is split, so an item of many pieces takes no longer than its length.
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    for (const line of lines) {
      // "Name: value", with one optional space; a line that begins with a colon is a comment.
      const [, field, value = ""] = /^([^:]*?)(?:: ?(.*?))?\r?$/s.exec(line)!;
      if (field === "event") name = value;
      if (field === "data") data += `\n${value}`;
      if (line === "" || line === "\r") {
        if (data) yield [name, data.slice(1)];
        name = data = "";
      }
      if (data.length > limit + 1) tooLarge(limit);
    }
    if (rest.length > limit + "data: \r".length) tooLarge(limit);
  }
}
