// How is the body of a response read?

import { Fault } from "./fault.js";
import { orBadReply } from "./parse.js";

/** The pieces of a body as they come. Who stops early cancels the rest. */
export async function* pieces({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader();
  try {
    for (;;) {
      const { value } = (await reader?.read()) ?? {};
      if (!value) return;
      yield value;
    }
  } catch (cause) {
    throw lost(cause, "maybe");
  } finally {
    // It fails if the body has failed, which is known.
    reader?.cancel().catch(() => {});
  }
}

/** A whole body, of at most `limit` bytes. */
export async function whole(response: Response, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  // A length that is declared can be refused at once.
  if (Number(response.headers.get("content-length")) > limit) tooLarge(limit);
  let size = 0;
  for await (const piece of pieces(response)) {
    size += piece.length;
    if (size > limit) tooLarge(limit);
    parts.push(piece as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Decodes text, and takes nothing for text that is none. */
export function decoder(): (data: Uint8Array, options?: TextDecodeOptions) => string {
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  return (data, options) => orBadReply(() => utf8.decode(data, options));
}

/** Ends a reply that is over the limit. */
export function tooLarge(limit: number): never {
  throw new Fault("too_large", "maybe", `the reply or item is larger than ${limit}`);
}

/** No response came, or not all of it. */
export function lost(cause: any, executed: "no" | "maybe"): Fault {
  // The error of `fetch` itself seldom says why.
  return new Fault("disconnected", executed, `${cause?.message}: ${cause?.cause ?? ""}`, { cause });
}

/** What came is not of a traitwire backend. */
export function notOurs(text: string): Fault {
  // Control characters could steer the terminal that it is shown on.
  const shown = text.slice(0, 200).replace(/[\s\p{C}]+/gu, " ");
  return new Fault("bad_reply", "maybe", `no traitwire reply: ${shown}`);
}
