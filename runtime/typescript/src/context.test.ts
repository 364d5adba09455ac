import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalog } from "./example.js";
import { Fault, type Interceptor, connect, context, createClient, http, retry, surround } from "./index.js";
import { json, problem, serve } from "./loopback.js";

const image = new Uint8Array([1]);
const change = { id: 1n, name: "x" };

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error: unknown = await work.then(() => assert.fail("a reply"), (error) => error);
  assert.ok(error instanceof Fault, String(error));
  return error;
}

test("every call says session, application, route and trace, and only one that may change something has a key", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, '{"digest":1,"id":1,"name":"","changedMs":1}'));
  const application = { name: "viewer", version: "1.2.0" };
  const catalog = createClient(Catalog, http({ baseUrl }), [
    context({ application, route: ({ interface: name, method, args }) => `${name}/${method.name}/${(args as { id?: bigint }).id}` }),
  ]);
  await catalog.rename(change);
  await catalog.uploadThumbnail({ image });
  await faultOf(catalog.search({ query: "" }));
  const said = (name: string): unknown[] => seen.map(({ headers }) => headers[name]);
  assert.equal(new Set(said("traitwire-session")).size, 1);
  assert.match(String(said("traitwire-session")[0]), /^\d+-\d+$/);
  assert.deepEqual(said("traitwire-application"), Array(3).fill("viewer/1.2.0"));
  assert.deepEqual(said("traitwire-route"), ["Catalog/rename/1", "Catalog/upload_thumbnail/undefined", "Catalog/search/undefined"]);
  for (const trace of said("traceparent")) assert.match(String(trace), /^00-[\da-f]{32}-[\da-f]{16}-00$/);
  assert.equal(new Set(said("traceparent")).size, 3);
  const [rename, upload, search] = said("idempotency-key");
  assert.deepEqual([rename, search], [undefined, undefined]);
  assert.match(String(upload), /^\d+-\d+$/);
  await catalog.uploadThumbnail({ image });
  assert.notEqual(seen[3]!.headers["idempotency-key"], upload);
  await createClient(Catalog, http({ baseUrl }), [context()]).rename(change);
  assert.notEqual(seen[4]!.headers["traitwire-session"], seen[3]!.headers["traitwire-session"]);
  assert.deepEqual([seen[4]!.headers["traitwire-application"], seen[4]!.headers["traitwire-route"]], [undefined, undefined]);
});

for (const [name, around] of [
  ["outside", (): Interceptor[] => [context(), retry({ baseMs: 1 })]],
  ["inside", (): Interceptor[] => [retry({ baseMs: 1 }), context()]],
] as const) {
  test(`all attempts say the same, with retry ${name === "outside" ? "inside" : "outside"}`, async (t) => {
    const { baseUrl, seen } = await serve(t, (_, response) =>
      seen.length < 3 ? problem(response, 503, "overloaded", { executed: "maybe" }) : json(response, '{"digest":1}'),
    );
    await createClient(Catalog, http({ baseUrl }), around()).uploadThumbnail({ image });
    assert.equal(seen.length, 3);
    for (const header of ["idempotency-key", "traceparent", "traitwire-session", "x-request-id"]) {
      const said = new Set(seen.map(({ headers }) => headers[header]));
      assert.ok(said.size === 1 && !said.has(undefined), header);
    }
  });
}

test("what a call says itself comes first, then what is provided", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, '{"digest":1}'));
  const given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const traces = [given, undefined];
  const around = [context({ session: "s", route: () => "r", trace: () => traces.shift() })];
  const catalog = createClient(Catalog, http({ baseUrl, headers: { "traitwire-session": "of http" } }), around);
  await catalog.uploadThumbnail({ image });
  await catalog.uploadThumbnail({ image }, { headers: { "Traitwire-Route": "mine", "Idempotency-Key": "once", "Last-Event-ID": "7" } });
  const [first, second] = seen.map(({ headers }) => headers);
  assert.deepEqual([first!["traitwire-session"], first!["traitwire-route"], first!["traceparent"]], ["s", "r", given]);
  assert.deepEqual([second!["traitwire-route"], second!["idempotency-key"], second!["last-event-id"]], ["mine", "once", "7"]);
  // Where nothing is provided, a trace begins.
  assert.match(String(second!["traceparent"]), /^00-/);
});

test("a label that no log could hold ends the call before anything is sent", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  const refused = async (options: Parameters<typeof context>[0], call: object = {}): Promise<string> => {
    const fault = await faultOf(createClient(Catalog, http({ baseUrl }), [context(options)]).ping({}, call));
    assert.deepEqual([fault.kind, fault.executed], ["invalid_argument", "no"]);
    return fault.message;
  };
  for (const session of ["x".repeat(129), "a b", " a", "a\n", "ä", "\u007f", "\u{1f600}"]) {
    assert.equal(await refused({ session }), "the session must be at most 128 visible ASCII characters");
  }
  assert.match(await refused({ application: { name: "my viewer", version: "1" } }), /^the application must be at most 128/);
  assert.match(await refused({ route: () => "x y" }), /^the route must be/);
  assert.match(await refused({}, { requestId: "x".repeat(129) }), /^the request id must be/);
  assert.match(await refused({}, { headers: { "idempotency-key": "a b" } }), /^the idempotency key must be/);
  assert.match(await refused({}, { headers: { "last-event-id": "a b" } }), /^the last event id must be/);
  const [id, span] = ["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"];
  for (const trace of ["", "x", `00-${id}-${span}`, `ff-${id}-${span}-00`, `00-${"0".repeat(32)}-${span}-00`, `00-${id}-${"0".repeat(16)}-00`, `00-${id.toUpperCase()}-${span}-00`, `00-${id}-${span}-00-more`]) {
    assert.match(await refused({ trace: () => trace }), /^the trace must be a traceparent: version-traceid-spanid-flags/, trace);
  }
  const broken = (): never => { throw new RangeError("no room"); };
  assert.match(await refused({ route: broken }), /no room/);
  assert.equal(seen.length, 0);
  // Just as long as it may be; and of a version to come.
  const longest = { session: "x".repeat(128), trace: () => `01-${id}-${span}-00-more` };
  await createClient(Catalog, http({ baseUrl }), [context(longest)]).ping();
  assert.equal(seen[0]!.headers["traitwire-session"]!.length, 128);
});

test("clients that are connected share what stands around their transport", async (t) => {
  const { baseUrl, seen } = await serve(t, (request, response) =>
    json(response, request.url!.endsWith("_versions") ? '{"interfaces":[{"name":"Catalog","series":"v1","version":"1.4.0"}]}' : "null"),
  );
  const order: string[] = [];
  const named = (name: string): Interceptor => (call, next) => (order.push(name), next(call));
  const transport = surround(http({ baseUrl }), [named("outer"), context(), named("inner")]);
  const [one, two] = await connect(transport, Catalog, Catalog);
  await one.ping();
  await two.ping();
  assert.deepEqual(order, ["outer", "inner", "outer", "inner"]);
  assert.ok(seen[1]!.headers["traitwire-session"]);
  assert.equal(seen[1]!.headers["traitwire-session"], seen[2]!.headers["traitwire-session"]);
  const broken: Interceptor = () => { throw new RangeError("mine"); };
  const fault = await faultOf(createClient(Catalog, surround(http({ baseUrl }), [broken])).ping());
  assert.deepEqual([fault.kind, fault.executed], ["invalid_argument", "no"]);
});
