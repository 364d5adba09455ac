// What may be done with a generated client, and what is a mistake that the compiler finds?

import { type CallError, createClient, http, safe, unrecognized } from "@traitwire/runtime";

import { Conformance, type ConformanceClient } from "../conformance/index.js";

export async function declaredErrorsNarrow(client: ConformanceClient): Promise<bigint | string> {
  const result = await safe(client.refuse({ error: { type: "gone" } }));
  if (result.ok) return result.value;
  // @ts-expect-error: there is a value only where all went well.
  void result.value;
  const error = result.error;
  if (error.type === "fault") {
    // @ts-expect-error: a fault declares nothing.
    void error.data;
    return error.executed === "no" ? "again" : error.kind;
  }
  switch (error.data.type) {
    case "notFound":
      // @ts-expect-error: it is a `bigint`.
      void (error.data.id satisfies number);
      return error.data.id;
    case "conflict":
      return error.data.with[0] ?? 0n;
    case "gone":
      // @ts-expect-error: this one has no more members.
      void error.data.id;
      return "gone";
    case "other":
      return `${error.data.data.byteLength} bytes`;
    default:
      return error.data satisfies never;
  }
}

export async function openEnumsNarrow(client: ConformanceClient): Promise<unknown> {
  const { events, moods, notes, signs } = await client.open({
    value: { moods: ["happy"], events: [{ type: "cleared" }], notes: [], signs: ["cleared"] },
  });
  for (const event of events) {
    if (event.type === "added") return event.id satisfies bigint;
    if (event.type === unrecognized) return event.raw;
    event.type satisfies "cleared";
    // @ts-expect-error: nothing but its tag.
    void event.id;
  }
  for (const note of notes) {
    if (note.t === "added") return note.c.id satisfies bigint;
    if (note.t === unrecognized) return note.raw;
    note.t satisfies "cleared";
  }
  for (const sign of signs) {
    if (typeof sign === "string") {
      sign satisfies "cleared";
    } else if ("added" in sign) {
      return sign.added.id satisfies bigint;
    } else {
      return sign[unrecognized];
    }
  }
  // A text that is not known yet is still a text.
  for (const mood of moods) if (mood === "happy") return mood;
  return moods[0]?.toUpperCase();
}

export async function streamsAreLoops(client: ConformanceClient, signal: AbortSignal): Promise<bigint> {
  let sum = 0n;
  for await (const item of client.count({ to: 3n }, { signal, timeoutMs: 1000 })) {
    // @ts-expect-error: items are `bigint`.
    void (item satisfies number);
    sum += item;
  }
  return sum;
}

export function argumentsAreNamed(client: ConformanceClient): void {
  void client.nothing();
  void client.optional({});
  void client.optional({ value: undefined });
  void client.sparse({ value: {} });
  // @ts-expect-error: it has to be there.
  void client.unsigned({});
  // @ts-expect-error: a number is not precise enough.
  void client.unsigned({ value: 1 });
  // @ts-expect-error: there is no such argument.
  void client.unsigned({ value: 1n, other: 2n });
  // @ts-expect-error: it has no arguments.
  void client.nothing({ value: 1n });
  // @ts-expect-error: there is no such method.
  void client.missing({});
  // @ts-expect-error: bytes are no list.
  void client.octets({ value: [1, 2] });
  // @ts-expect-error: a closed enum has these variants only.
  void client.maps({ value: { by_text: {}, by_number: {}, by_level: { middle: 1n }, set: [] } });
}

export async function repliesAreReadOnly(client: ConformanceClient): Promise<void> {
  const page = await client.page({ value: { items: [], next: null } });
  // @ts-expect-error: a reply is not the place to work in.
  page.next = 1n;
  // @ts-expect-error: neither are its lists.
  page.items.push(1n);
  // What is left out is absent, what is nullable is there.
  const sparse = await client.sparse({ value: {} });
  sparse.nullable satisfies bigint | null;
  // @ts-expect-error: it may be absent.
  sparse.left_out satisfies bigint;
}

export function clientsAreMade(url: string): ConformanceClient {
  // @ts-expect-error: there must be a URL.
  void http({});
  return createClient(Conformance, http({ baseUrl: url, token: () => "secret" }));
}

export function errorsAreOfTwoKinds(error: CallError<{ readonly type: "gone" }>): string {
  return error.type === "declared" ? error.data.type : error.kind;
}
