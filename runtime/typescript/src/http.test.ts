import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Catalog } from "./example.js";
import { type Call, DeclaredError, Fault, type FaultKind, type Interface, connect, createClient, http, safe, unrecognized } from "./index.js";
import { json, nobody, problem, serve, until } from "./loopback.js";

async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error: unknown = await call.then(() => assert.fail("a reply"), (error) => error);
  assert.ok(error instanceof Fault, String(error));
  return error;
}

test("a call crosses with its headers, and its reply comes back exactly", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, '[{"id":18446744073709551615,"name":"a","changedMs":-1}]'));
  const catalog = createClient(Catalog, http({ baseUrl: `${baseUrl}/`, token: "s3cret", headers: { "x-a": "1", accept: "no" } }));
  const models = await catalog.search({ query: "ä", limit: undefined }, { requestId: "id-1", headers: { "x-b": "2" }, timeoutMs: 5000 });
  assert.deepEqual(models, [{ id: 18446744073709551615n, name: "a", changedMs: -1n }]);
  const { path, headers, body } = seen[0]!;
  assert.equal(path, "/rpc/Catalog/v1/search");
  assert.equal(body.toString(), '{"query":"ä"}');
  assert.equal(headers.authorization, "Bearer s3cret");
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers.accept, "application/json, application/problem+json");
  assert.equal(headers["traitwire-need"], "1.4.0; fp=0123456789abcdef0123456789abcdef");
  assert.match(String(headers["traitwire-timeout"]), /^(4\d\d\d|5000)$/);
  assert.deepEqual([headers["x-request-id"], headers["x-a"], headers["x-b"]], ["id-1", "1", "2"]);

  await catalog.search({ query: "" });
  await catalog.search({ query: "" });
  const ids = seen.slice(1).map((request) => String(request.headers["x-request-id"]));
  assert.match(ids[0]!, /^\d{12,20}-\d{12,20}$/);
  assert.notEqual(ids[0], ids[1]);
  assert.match(String(seen[1]!.headers["traitwire-timeout"]), /^(29\d\d\d|30000)$/);
});

test("bytes cross as they are in both directions", async (t) => {
  const image = Uint8Array.from({ length: 1 << 20 }, (_, n) => n * 31);
  const { baseUrl, seen } = await serve(t, (request, response, body) =>
    request.url!.endsWith("tile")
      ? response.setHeader("content-type", "application/octet-stream").end(image)
      : json(response, `{"digest":${body.length}}`),
  );
  const catalog = createClient(Catalog, http({ baseUrl }));
  assert.deepEqual(await catalog.tile({ model: 101n, tile: [0, 0, 0] }), image);
  assert.equal(seen[0]!.headers.accept, "application/octet-stream, application/problem+json");
  assert.deepEqual(await catalog.uploadThumbnail({ image }), { digest: 1n << 20n });
  assert.equal(seen[1]!.headers["content-type"], "application/octet-stream");
  assert.equal(Buffer.compare(seen[1]!.body, image), 0);
  const fault = await faultOf(catalog.uploadThumbnail({ image: "x" as never }));
  assert.deepEqual([fault.kind, fault.executed, fault.path, seen.length], ["invalid_argument", "no", "image", 2]);
});

test("bytes may also come as json", async (t) => {
  const { baseUrl } = await serve(t, (_, response) => json(response, '"AAEC"'));
  const catalog = createClient(Catalog, http({ baseUrl }));
  assert.deepEqual(await catalog.tile({ model: 1n, tile: [0, 0, 0] }), new Uint8Array([0, 1, 2]));
});

test("a declared error keeps its type, and an unknown one its value", async (t) => {
  const errors = ['{"error":"not_found","id":18446744073709551615}', '{"error":"new","n":12345678901234567890}'];
  const { baseUrl } = await serve(t, (_, response) => {
    const text = `{"type":"urn:traitwire:declared","title":"declared error","status":404,"code":"declared","executed":"maybe","error":${errors.shift()}}`;
    response.writeHead(404, { "content-type": "application/problem+json" }).end(text);
  });
  const catalog = createClient(Catalog, http({ baseUrl }));
  const known = await safe(catalog.search({ query: "" }));
  assert.ok(!known.ok && known.error.type === "declared" && known.error instanceof DeclaredError);
  assert.deepEqual([known.error.data, known.error.status, known.error.executed], [{ error: "not_found", id: 18446744073709551615n }, 404, "maybe"]);
  assert.equal(known.error.message, 'declared error: {"error":"not_found","id":"18446744073709551615"}');
  const unknown = await safe(catalog.search({ query: "" }));
  assert.ok(!unknown.ok && unknown.error.type === "declared" && unknown.error.data.error === unrecognized);
  assert.deepEqual(unknown.error.data.raw, { error: "new", n: 12345678901234567890n });
});

test("every fault crosses with what is known of it", async (t) => {
  const kinds: FaultKind[] = ["unauthenticated", "permission_denied", "invalid_argument", "too_large", "unimplemented", "incompatible", "overloaded", "deadline_exceeded", "cancelled", "disconnected", "bad_reply", "internal"];
  const incompatibility = { interface: "Catalog", need: "1.4.0", offers: ["1.2.0"], reason: "newer_needed", fix: "upgrade_backend", retryable: true };
  let kind: FaultKind = "internal";
  const { baseUrl } = await serve(t, (_, response) => problem(response, 500, kind, { path: "a[1]", incompatibility }, { "retry-after": "7" }));
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (kind of kinds) {
    const fault = await faultOf(catalog.ping());
    assert.deepEqual({ ...fault }, { name: "Fault", type: "fault", kind, executed: "no", path: "a[1]", incompatibility, retryAfterMs: 7000 });
    assert.equal(fault.message, `said ${kind}`);
    assert.equal(fault.toString(), `Fault: said ${kind}`);
  }
});

test("what others answer is a bad reply", async (t) => {
  const answers: [number, string, string][] = [
    [502, "text/html", "<h1>Bad\x1b[31m Gateway</h1>"],
    [200, "application/jsonp", "null"],
    [200, "application/json-seq", "null"],
    [200, "text/html", "<html>"],
    [302, "text/plain", "elsewhere"],
    [404, "application/problem+json", '{"type":"about:blank","status":404}'],
    [500, "application/problem+json", "null"],
    [500, "application/problem+json", "nonsense"],
    [200, "application/json", "{"],
    [200, "application/json", '[{"id":"x"}]'],
    [200, "application/json", "\xff"],
    [200, "application/octet-stream", "x"],
    [200, "text/event-stream", "data: 1\n\n"],
    [201, "application/json", "[]"],
  ];
  let answer = answers[0]!;
  const { baseUrl } = await serve(t, (_, response) =>
    response.writeHead(answer[0], { "content-type": answer[1], location: "http://127.0.0.1:1/" }).end(answer[2], "latin1"),
  );
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (answer of answers) {
    const fault = await faultOf(catalog.search({ query: "" }));
    assert.deepEqual([fault.kind, fault.executed], ["bad_reply", "maybe"], answer.join());
    assert.doesNotMatch(fault.message, /\x1b/);
  }
});

test("a reply of the limit passes and one byte more fails", async (t) => {
  const { baseUrl } = await serve(t, (request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.headers["x-chunked"]) response.write('"123');
    response.end(request.headers["x-chunked"] ? '456"' : '"123456"');
  });
  const Text: Interface<{ get(): Call<string> }> = { name: "Text", series: "v1", version: "1.0.0", methods: { get: { name: "get", fingerprint: "" } } };
  for (const headers of [{}, { "x-chunked": "1" }]) {
    assert.equal(await createClient(Text, http({ baseUrl, maxReply: 8, headers })).get(), "123456");
    const fault = await faultOf(createClient(Text, http({ baseUrl, maxReply: 7, headers })).get());
    assert.deepEqual([fault.kind, fault.executed], ["too_large", "maybe"]);
  }
});

test("no connection is disconnected, and nothing has run", async () => {
  const fault = await faultOf(createClient(Catalog, http({ baseUrl: await nobody() })).ping());
  assert.deepEqual([fault.kind, fault.executed], ["disconnected", "no"]);
  assert.match(fault.message, /ECONNREFUSED/);
});

test("a reply that is cut is disconnected, and may have run", async (t) => {
  const { baseUrl } = await serve(t, (request, response) => {
    if (request.url!.endsWith("ping")) return response.destroy();
    response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write("[");
    setTimeout(() => response.destroy(), 20);
  });
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (const call of [catalog.ping(), catalog.search({ query: "" })]) {
    const fault = await faultOf(call);
    assert.deepEqual([fault.kind, fault.executed], ["disconnected", "maybe"]);
  }
});

test("a deadline ends the call, and the request with it", async (t) => {
  const loopback = await serve(t, () => {});
  const catalog = createClient(Catalog, http(loopback));
  const fault = await faultOf(catalog.ping({}, { timeoutMs: 50 }));
  assert.deepEqual([fault.kind, fault.executed], ["deadline_exceeded", "maybe"]);
  await until(() => loopback.closed === 1);
  for (const timeoutMs of [0, -1, NaN]) {
    const fault = await faultOf(catalog.ping({}, { timeoutMs }));
    assert.deepEqual([fault.kind, fault.executed], ["deadline_exceeded", "no"]);
  }
  assert.equal(loopback.seen.length, 1);
});

test("a signal ends the call, and its reason is the cause", async (t) => {
  const loopback = await serve(t, () => {});
  const catalog = createClient(Catalog, http(loopback));
  const controller = new AbortController();
  const call = catalog.ping({}, { signal: controller.signal });
  await until(() => loopback.seen.length === 1);
  controller.abort("enough");
  const fault = await faultOf(call);
  assert.deepEqual([fault.kind, fault.executed, fault.cause], ["cancelled", "maybe", "enough"]);
  await until(() => loopback.closed === 1);
  const before = await faultOf(catalog.ping({}, { signal: controller.signal }));
  assert.deepEqual([before.kind, before.executed, before.cause], ["cancelled", "no", "enough"]);
  assert.equal(loopback.seen.length, 1);
});

test("no timer or listener stays behind", async (t) => {
  const { baseUrl } = await serve(t, (_, response) => json(response, "null"));
  const catalog = createClient(Catalog, http({ baseUrl }));
  let listeners = 0;
  const { signal } = new AbortController();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: any) => (listeners++, addEventListener.apply(signal, given));
  signal.removeEventListener = (...given: any) => (listeners--, removeEventListener.apply(signal, given));
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  for (let n = 0; n < 5; n++) await catalog.ping({}, { signal, timeoutMs: 1e6 });
  await faultOf(createClient(Catalog, http({ baseUrl: await nobody() })).ping({}, { signal, timeoutMs: 1e6 }));
  assert.equal(listeners, 0);
  // Of the connection that is kept there may be one or two.
  assert.ok(timers() - before <= 2, `${timers()} ${before}`);
});

test("arguments that cannot be sent are not", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  const catalog = createClient(Catalog, http({ baseUrl }));
  const faults = [
    await faultOf(catalog.search({ query: "", limit: NaN })),
    await faultOf(catalog.ping({}, { requestId: "a\nb" })),
    await faultOf(createClient(Catalog, http({ baseUrl, token: "s3\ncret" })).ping()),
  ];
  for (const fault of faults) assert.deepEqual([fault.kind, fault.executed], ["invalid_argument", "no"], fault.message);
  assert.equal(faults[0]!.path, "limit");
  assert.doesNotMatch(faults[2]!.message, /s3/);
  assert.equal(seen.length, 0);
});

test("a base url is checked when the transport is made", () => {
  for (const baseUrl of ["", "/rpc", "ftp://x/", "http://a:s3cret@x/", "http://a@x/", "http://x/?a", "http://x/#a", "nonsense"]) {
    assert.throws(() => http({ baseUrl }), (error) => error instanceof Fault && error.kind === "invalid_argument" && !error.message.includes("s3cret"), baseUrl);
  }
  http({ baseUrl: "http://x/@a/b" });
});

test("a path is a base url in a page", async (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, "location"));
  Object.defineProperty(globalThis, "location", { value: new URL("https://example.org/a/b?c"), configurable: true });
  let asked = "";
  const fetch = async (url: unknown): Promise<Response> => ((asked = String(url)), Response.json(null));
  await createClient(Catalog, http({ baseUrl: "/rpc", fetch })).ping();
  assert.equal(asked, "https://example.org/rpc/Catalog/v1/ping");
});

test("connect finds out whether the backend serves the interfaces", async (t) => {
  let served = '[{"name":"Catalog","series":"v1","version":"1.4.0","methods":[]}]';
  const { baseUrl, seen } = await serve(t, (request, response) =>
    json(response, request.url === "/rpc/_versions" ? `{"traitwire":"0.1.0","interfaces":${served}}` : "null"),
  );
  const [catalog] = await connect(http({ baseUrl }), Catalog);
  assert.equal(await catalog.ping(), undefined);
  assert.equal(seen.length, 2);
  served = '[{"name":"Catalog","series":"v2","version":"2.0.0","methods":[]}]';
  const other = await faultOf(connect(http({ baseUrl }), Catalog));
  assert.deepEqual([other.kind, other.executed], ["incompatible", "no"]);
  assert.deepEqual(other.incompatibility, { interface: "Catalog", need: "v1", offers: ["2.0.0"], reason: "other_series", fix: "upgrade_frontend", retryable: false });
  served = '[{"name":"Catalog","series":"v0.10","version":"0.10.0"},{"name":"Catalog","series":"v0.9","version":"0.9.12"}]';
  assert.equal((await faultOf(connect(http({ baseUrl }), Catalog))).incompatibility?.fix, "upgrade_backend");
  served = "[]";
  assert.equal((await faultOf(connect(http({ baseUrl }), Catalog))).kind, "unimplemented");
  for (served of ["null", "5", '{"a":1}', "[null]"]) {
    const fault = await faultOf(connect(http({ baseUrl }), Catalog));
    assert.deepEqual([fault.kind, fault.executed], ["bad_reply", "no"], served);
    assert.match(fault.message, /_versions/);
  }
  const lost = await faultOf(connect(http({ baseUrl: await nobody() }), Catalog));
  assert.deepEqual([lost.kind, lost.executed], ["disconnected", "no"]);
  assert.match(lost.message, /_versions.*ECONNREFUSED/);
});

test("calls that are not awaited run all the same, and a client has only its methods", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  const catalog = createClient(Catalog, http({ baseUrl }));
  void catalog.ping();
  await until(() => seen.length === 1);
  assert.deepEqual(Object.keys(catalog), Object.keys(Catalog.methods));
  assert.equal("then" in catalog || "constructor" in catalog, false);
});

test("a problem document is ours only if its members are", async (t) => {
  let document: unknown;
  const { baseUrl } = await serve(t, (_, response) => response.writeHead(500, { "content-type": "application/problem+json" }).end(JSON.stringify(document)));
  const catalog = createClient(Catalog, http({ baseUrl }));
  const ours = { type: "urn:traitwire:internal", code: "internal", detail: "said", executed: "no" };
  const foreign = [null, 5, "x", [], {}, { type: "about:blank" }, { ...ours, code: "other" }, { ...ours, type: "urn:traitwire:5", code: 5 }, { ...ours, code: ["internal"] }, { type: "urn:traitwire:undefined" }, { ...ours, detail: { toString: 5 }, code: { toString: 5 } }, { type: "urn:traitwire:declared", code: "declared", status: 404 }];
  for (document of foreign) {
    const fault = await faultOf(catalog.search({ query: "" }));
    assert.deepEqual([fault.kind, fault.executed], ["bad_reply", "maybe"], JSON.stringify(document));
  }
  for (const more of [{ detail: 5 }, { detail: { toString: 5 } }, { path: 5 }, { path: {} }, { incompatibility: [] }, { incompatibility: { retryable: true } }, { incompatibility: "x" }, { executed: true }]) {
    document = { ...ours, ...more };
    const fault = await faultOf(catalog.search({ query: "" }));
    assert.equal(fault.kind, "internal", JSON.stringify(more));
    assert.equal(fault.executed, "executed" in more ? "maybe" : "no");
    assert.equal(typeof fault.message, "string");
    assert.ok(fault.path === undefined || typeof fault.path === "string");
    assert.ok(fault.incompatibility === undefined);
  }
  document = { type: "urn:traitwire:declared", code: "declared", status: "x", error: { error: "no_such_tile" } };
  const result = await safe(catalog.search({ query: "" }));
  assert.ok(!result.ok && result.error.type === "declared");
  assert.equal(result.error.status, 422);
});

test("versions that are none are a bad reply", async (t) => {
  let version: unknown;
  const { baseUrl } = await serve(t, (_, response) => json(response, JSON.stringify({ interfaces: [{ name: "Catalog", series: 5, version }] })));
  for (version of [5, null, {}, { toString: 5 }, undefined]) {
    const fault = await faultOf(connect(http({ baseUrl }), Catalog));
    assert.deepEqual([fault.kind, fault.executed], ["bad_reply", "no"]);
  }
});

test("bytes are those of the moment of the call, whatever holds them", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, '{"digest":1}'));
  const catalog = createClient(Catalog, http({ baseUrl, token: async () => "t" }));
  const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 3).fill(7);
  const foreign: Uint8Array = runInNewContext("new Uint8Array([7, 7, 7])");
  for (const image of [shared, foreign, Buffer.from([7, 7, 7]), new Uint8Array([1, 7, 7, 7, 1]).subarray(1, 4)]) {
    const call = catalog.uploadThumbnail({ image });
    image.fill(0);
    await call;
  }
  assert.deepEqual(seen.map(({ body }) => [...body]), Array.from({ length: 4 }, () => [7, 7, 7]));
});
