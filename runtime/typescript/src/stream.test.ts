import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, Catalog } from "./example.js";
import { Fault, createClient, http, safe } from "./index.js";
import { events } from "./events.js";
import { problem, serve, until } from "./loopback.js";

const item = (n: number, by = "ann"): string => `data: {"number":${n},"model":18446744073709551615,"at":0,"by":"${by}"}\n\n`;
const END = "event: end\ndata: {}\n\n";

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const one of stream) items.push(one);
  return items;
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error: unknown = await work.then(() => assert.fail("an end"), (error) => error);
  assert.ok(error instanceof Fault, String(error));
  return error;
}

test("events are the same wherever their bytes are split", async () => {
  const text = `: hello\n\n${item(1, "é\u{1f600}")}data: [1,\r\ndata:2]\r\n\r\nid: 7\nevent: failed\ndata: {}\n\nevent: nothing\n\n${END}`;
  const body = new TextEncoder().encode(text);
  const parse = (pieces: Uint8Array[]): Promise<unknown[]> =>
    collect(events((async function* () { yield* pieces; })(), 100));
  const whole = await parse([body]);
  assert.deepEqual(whole, [
    ["", '{"number":1,"model":18446744073709551615,"at":0,"by":"é\u{1f600}"}'],
    ["", "[1,\n2]"],
    ["failed", "{}"],
    ["end", "{}"],
  ]);
  for (let at = 0; at <= body.length; at++) assert.deepEqual(await parse([body.subarray(0, at), body.subarray(at)]), whole, `split at ${at}`);
  assert.deepEqual(await parse([...body].map((byte) => new Uint8Array([byte]))), whole);
});

test("an item of the limit passes and one more fails, whole or endless", async () => {
  const parse = (text: string): Promise<unknown[]> =>
    collect(events((async function* () { yield new TextEncoder().encode(text); })(), 4));
  assert.deepEqual(await parse("data: 1234\n\n"), [["", "1234"]]);
  for (const text of ["data: 12345\n\n", "data: 123456789", "data: 12\ndata: 34\n\n"]) assert.equal((await faultOf(parse(text))).kind, "too_large");
});

test("items come exactly, and the end is the end", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.write(item(1));
    response.write(item(2));
    setTimeout(() => response.end(END), 10);
  });
  const catalog = createClient(Catalog, http({ baseUrl }));
  const stream = catalog.watch({ id: 101n });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(seen.length, 0, "it starts with the first next()");
  const items = await collect(stream);
  assert.deepEqual(items.map((change: Change) => change.number), [1n, 2n]);
  assert.equal(items[0]!.model, 18446744073709551615n);
  const { headers } = seen[0]!;
  assert.equal(headers.accept, "text/event-stream, application/problem+json");
  assert.equal(headers["traitwire-timeout"], undefined);
  assert.equal(headers["traitwire-need"], "1.4.0; fp=0123456789abcdef0123456789abcdef; since=1.4.0");
  assert.throws(() => stream[Symbol.asyncIterator](), /once/);
});

test("a stream fails with what is said, or is cut", async (t) => {
  const failed = `event: failed\ndata: ${JSON.stringify({ type: "urn:traitwire:declared", title: "", status: 404, code: "declared", executed: "maybe", error: { error: "no_such_tile" } })}\n\n`;
  let answer = failed;
  const { baseUrl } = await serve(t, (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(answer));
  const catalog = createClient(Catalog, http({ baseUrl }));
  answer = item(1) + failed;
  const results = await collect(safe(catalog.watch({ id: 1n })));
  assert.equal(results.length, 2);
  assert.ok(results[0]!.ok && results[0]!.value.number === 1n);
  const last = results[1]!;
  assert.ok(!last.ok && last.error.type === "declared" && last.error.data.error === "no_such_tile");
  for (const [text, kind] of [[item(1), "disconnected"], ["", "disconnected"], [item(1).slice(0, -1), "disconnected"], ["event: ping\ndata: 1\n\n", "bad_reply"], ["data: {\n\n", "bad_reply"], ["event: failed\ndata: {}\n\n", "bad_reply"]] as const) {
    answer = text;
    const fault = await faultOf(collect(catalog.watch({ id: 1n })));
    assert.deepEqual([fault.kind, fault.executed], [kind, "maybe"], text);
  }
});

test("a stream that never began fails as a call does", async (t) => {
  const { baseUrl } = await serve(t, (_, response) => problem(response, 403, "permission_denied"));
  const fault = await faultOf(collect(createClient(Catalog, http({ baseUrl })).watch({ id: 1n })));
  assert.deepEqual([fault.kind, fault.executed], ["permission_denied", "no"]);
});

test("break, return, an aborted signal and a deadline end the request", async (t) => {
  const loopback = await serve(t, (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).write(item(1)));
  const catalog = createClient(Catalog, http(loopback));
  for await (const change of catalog.watch({ id: 1n })) {
    assert.equal(change.number, 1n);
    break;
  }
  await until(() => loopback.closed === 1);

  const iterator = catalog.watch({ id: 1n })[Symbol.asyncIterator]();
  await iterator.next();
  const waiting = iterator.next();
  await iterator.return!();
  assert.deepEqual(await waiting, { done: true, value: undefined });
  await until(() => loopback.closed === 2);

  const controller = new AbortController();
  const aborted = collect(catalog.watch({ id: 1n }, { signal: controller.signal }));
  await until(() => loopback.seen.length === 3);
  controller.abort();
  assert.equal((await faultOf(aborted)).kind, "cancelled");
  await until(() => loopback.closed === 3);

  assert.equal((await faultOf(collect(catalog.watch({ id: 1n }, { timeoutMs: 50 })))).kind, "deadline_exceeded");
  await until(() => loopback.closed === 4);

  const unused = catalog.watch({ id: 1n })[Symbol.asyncIterator]();
  await unused.return!();
  assert.deepEqual(await unused.next(), { done: true, value: undefined });
  assert.equal(loopback.seen.length, 4);
});

test("a backend that is silent for three of its heartbeats is lost, and one that is not is not", async (t) => {
  let beats = 0;
  const loopback = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "traitwire-heartbeat": "100" });
    response.write(item(1));
    const timer = setInterval(() => {
      if (--beats >= 0) response.write(":\n\n");
      else clearInterval(timer);
      if (beats === 0) response.end(item(2) + END);
    }, 100);
  });
  const catalog = createClient(Catalog, http(loopback));
  beats = 8;
  assert.equal((await collect(catalog.watch({ id: 1n }))).length, 2);
  const silent = catalog.watch({ id: 1n })[Symbol.asyncIterator]();
  await silent.next();
  const before = performance.now();
  const fault = await faultOf(silent.next());
  assert.deepEqual([fault.kind, fault.executed], ["disconnected", "maybe"]);
  assert.ok(performance.now() - before >= 250);
  await until(() => loopback.closed === 1);
});

test("a heartbeat that makes no sense promises nothing", async (t) => {
  let heartbeat = "";
  const { baseUrl } = await serve(t, (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "traitwire-heartbeat": heartbeat });
    response.write(item(1));
    setTimeout(() => response.end(END), 50);
  });
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (heartbeat of ["x", "0", "-5", "Infinity", "1e300", "18446744073709551615"]) assert.equal((await collect(catalog.watch({ id: 1n }))).length, 1, heartbeat);
});

test("a lone carriage return is a bad reply", async (t) => {
  let answer = "";
  const { baseUrl } = await serve(t, (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).end(answer));
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (answer of ["data: 1\r\rdata: 2\r\r\n\n", "\r\rdata: 1\n\n", "da\rta\n\n"]) {
    const fault = await faultOf(collect(catalog.watch({ id: 1n })));
    assert.ok(["bad_reply", "disconnected"].includes(fault.kind), `${JSON.stringify(answer)} ${fault}`);
  }
});

test("what an interceptor gives for a stream is a stream or a fault, and is closed", async (t) => {
  const { baseUrl } = await serve(t, (_, response) => response.writeHead(200, { "content-type": "text/event-stream" }).write(item(1)));
  for (const reply of [undefined, 5, {}]) {
    const catalog = createClient(Catalog, http({ baseUrl }), [async () => reply]);
    assert.equal((await faultOf(collect(catalog.watch({ id: 1n })))).kind, "invalid_argument");
  }
  let closed = false;
  const wrapped = createClient(Catalog, http({ baseUrl }), [async (call, next) => {
    const items = (await next(call)) as AsyncIterable<unknown>;
    return (async function* () { try { yield* items; } finally { closed = true; } })();
  }]);
  for await (const _ of wrapped.watch({ id: 1n })) break;
  await until(() => closed);
});
