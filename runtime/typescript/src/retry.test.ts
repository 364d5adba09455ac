import assert from "node:assert/strict";
import { test } from "node:test";
import { Catalog } from "./example.js";
import { Fault, type Interceptor, type Outgoing, createClient, http, retry, unrecognized } from "./index.js";
import { json, nobody, problem, serve, until } from "./loopback.js";

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error: unknown = await work.then(() => assert.fail("a reply"), (error) => error);
  assert.ok(error instanceof Fault, String(error));
  return error;
}
const change = { id: 1n, name: "x" };

test("what may help and does nothing twice is made again", async (t) => {
  let code = "overloaded";
  let more: object = {};
  const { baseUrl, seen } = await serve(t, (_, response) => problem(response, 503, code, more));
  const catalog = createClient(Catalog, http({ baseUrl }), [retry({ baseMs: 1 })]);
  const attempts = async (call: () => Promise<unknown>): Promise<number> => {
    const before = seen.length;
    await faultOf(call());
    return seen.length - before;
  };
  assert.equal(await attempts(() => catalog.rename(change)), 3);
  more = { executed: "maybe" };
  assert.equal(await attempts(() => catalog.rename(change)), 1);
  assert.equal(await attempts(() => catalog.ping()), 3);
  code = "internal";
  assert.equal(await attempts(() => catalog.ping()), 1);
  code = "incompatible";
  more = { incompatibility: { offers: [], retryable: true } };
  assert.equal(await attempts(() => catalog.ping()), 3);
  more = { incompatibility: { retryable: false } };
  assert.equal(await attempts(() => catalog.ping()), 1);
});

test("a reply that comes late enough is taken, with the same request id", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => (seen.length < 3 ? response.destroy() : json(response, "null")));
  await createClient(Catalog, http({ baseUrl }), [retry({ baseMs: 1 })]).ping();
  assert.equal(new Set(seen.map((request) => request.headers["x-request-id"])).size, 1);
  const fault = await faultOf(createClient(Catalog, http({ baseUrl: await nobody() }), [retry({ baseMs: 1 })]).rename(change));
  assert.equal(fault.executed, "no");
});

test("pauses end with the deadline, with the signal, and not before the backend asks", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => problem(response, 503, "overloaded", {}, { "retry-after": "1" }));
  const catalog = createClient(Catalog, http({ baseUrl }), [retry({ baseMs: 1, attempts: 2 })]);
  // Not "deadline_exceeded": there is no use in waiting for that.
  assert.equal((await faultOf(catalog.ping({}, { timeoutMs: 900 }))).kind, "overloaded");
  assert.equal(seen.length, 1);
  const controller = new AbortController();
  const call = catalog.ping({}, { signal: controller.signal });
  await until(() => seen.length === 2);
  setTimeout(() => controller.abort(), 50);
  assert.equal((await faultOf(call)).kind, "cancelled");
  assert.equal(seen.length, 2);
  const again = performance.now();
  await faultOf(catalog.ping());
  assert.ok(performance.now() - again >= 1000);
});

test("retries are a tenth of the calls in the long run", async () => {
  let sent = 0;
  const busy = { send: async () => (sent++, Promise.reject(new Fault("overloaded", "no", ""))), versions: () => assert.fail() };
  const catalog = createClient(Catalog, busy, [retry({ baseMs: 0 })]);
  for (let n = 0; n < 1000; n++) await faultOf(catalog.ping());
  assert.ok(sent >= 1090 && sent <= 1120, String(sent));
});

test("a stream is begun again, but not once it has begun", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) =>
    seen.length < 2 ? problem(response, 503, "overloaded") : response.writeHead(200, { "content-type": "text/event-stream" }).end("data: {}\n\n"),
  );
  const catalog = createClient(Catalog, http({ baseUrl }), [retry({ baseMs: 1 })]);
  let items = 0;
  const fault = await faultOf((async () => { for await (const _ of catalog.watch({ id: 1n })) items++; })());
  assert.deepEqual([fault.kind, items, seen.length], ["disconnected", 1, 2]);
});

test("interceptors stand around each other, see the call and may change it", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "[]"));
  const log: string[] = [];
  let call: Outgoing | undefined;
  const named = (name: string): Interceptor => async (given, next) => {
    call = given;
    log.push(`> ${name}`);
    given.headers.set("x-by", name);
    const reply = await next({ ...given, args: { query: name } });
    log.push(`< ${name}`);
    return reply;
  };
  const catalog = createClient(Catalog, http({ baseUrl }), [named("outer"), named("inner")]);
  await catalog.search({ query: "" });
  assert.deepEqual(log, ["> outer", "> inner", "< inner", "< outer"]);
  assert.equal(seen[0]!.headers["x-by"], "inner");
  assert.equal(seen[0]!.body.toString(), '{"query":"inner"}');
  assert.deepEqual([call!.interface, call!.series, call!.version, call!.method.name], ["Catalog", "v1", "1.4.0", "search"]);
  const broken: Interceptor = async () => { throw new RangeError("mine"); };
  const fault = await faultOf(createClient(Catalog, http({ baseUrl }), [broken]).ping());
  assert.deepEqual([fault.kind, fault.executed, (fault.cause as Error).message], ["invalid_argument", "no", "mine"]);
  const stuck: Interceptor = () => new Promise(() => {});
  assert.equal((await faultOf(createClient(Catalog, http({ baseUrl }), [stuck]).ping({}, { timeoutMs: 20 }))).kind, "deadline_exceeded");
});

test("a token function that throws ends the call before anything is sent", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  const gone = new Error("no session");
  const token = (): never => {
    throw gone;
  };
  const fault = await faultOf(createClient(Catalog, http({ baseUrl, token })).ping());
  assert.deepEqual([fault.kind, fault.executed, fault.cause], ["unauthenticated", "no", gone]);
  assert.equal(seen.length, 0);
});

test("calls that are refused at once share one refresh, and each is made once more", async (t) => {
  let good = "new";
  const { baseUrl, seen } = await serve(t, (request, response) =>
    request.headers.authorization === `Bearer ${good}` ? json(response, "null") : problem(response, 401, "unauthenticated"),
  );
  const asked: boolean[] = [];
  let token = "old";
  const transport = http({
    baseUrl,
    token: async ({ refresh }) => {
      asked.push(refresh);
      if (refresh) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        token = "new";
      }
      return token;
    },
  });
  const catalog = createClient(Catalog, transport);
  await Promise.all([catalog.ping(), catalog.ping(), catalog.rename(change)]);
  assert.deepEqual([asked.filter(Boolean).length, seen.length], [1, 6]);
  // The same token again helps nobody.
  good = "newer";
  const fault = await faultOf(catalog.ping());
  assert.deepEqual([fault.kind, seen.length], ["unauthenticated", 7]);
  // A token that is no function is all there is.
  await faultOf(createClient(Catalog, http({ baseUrl, token: "old" })).ping());
  assert.equal(seen.length, 8);
});

test("a token that was asked for before a refresh does not undo it", async (t) => {
  const { baseUrl, seen } = await serve(t, (request, response) =>
    request.headers.authorization === "Bearer new" ? json(response, "null") : problem(response, 401, "unauthenticated"),
  );
  let refreshes = 0;
  let asked = 0;
  let letSlowOneGo = (): void => {};
  const slow = new Promise<void>((resolve) => (letSlowOneGo = resolve));
  const token = async ({ refresh }: { refresh: boolean }): Promise<string> => {
    if (refresh) return refreshes++, "new";
    if (++asked === 1) await slow;
    return "old";
  };
  const catalog = createClient(Catalog, http({ baseUrl, token }));
  const first = catalog.ping();
  await catalog.ping();
  letSlowOneGo();
  await first;
  assert.deepEqual([refreshes, seen.map((request) => request.headers.authorization)], [1, ["Bearer old", "Bearer new", "Bearer new"]]);
});

test("a call that may have run is not made again with another token", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => problem(response, 401, "unauthenticated", { executed: "maybe" }));
  const asked: boolean[] = [];
  const token = ({ refresh }: { refresh: boolean }): string => (asked.push(refresh), refresh ? "new" : "old");
  const fault = await faultOf(createClient(Catalog, http({ baseUrl, token })).ping());
  assert.deepEqual([fault.kind, fault.executed, seen.length, asked], ["unauthenticated", "maybe", 1, [false]]);
});

test("calls that are given up are not made again, and cost nothing", async () => {
  let tries = 0;
  const stuck = { send: ({ signal }: Outgoing) => (tries++, new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Fault("disconnected", "maybe", ""))))), versions: () => assert.fail() };
  let transport: typeof stuck | { send: () => Promise<never>; versions: () => never } = stuck;
  const catalog = createClient(Catalog, { send: (call) => transport.send(call), versions: () => assert.fail() }, [retry({ baseMs: 20 })]);
  for (let n = 0; n < 30; n++) {
    const controller = new AbortController();
    const call = catalog.ping({}, { signal: controller.signal });
    controller.abort();
    assert.equal((await faultOf(call)).kind, "cancelled");
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(tries, 30);
  transport = { send: async () => (tries++, Promise.reject(new Fault("overloaded", "no", ""))), versions: () => assert.fail() };
  await faultOf(catalog.ping());
  assert.equal(tries, 33);
});

test("a pause that is too long for a timer is not taken", async () => {
  let tries = 0;
  const busy = { send: async () => (tries++, Promise.reject(new Fault("overloaded", "no", "", { retryAfterMs: 2 ** 32 }))), versions: () => assert.fail() };
  const stream = createClient(Catalog, busy, [retry()]).watch({ id: 1n });
  assert.equal((await faultOf(stream[Symbol.asyncIterator]().next())).kind, "overloaded");
  assert.equal(tries, 1);
});

test("what an earlier attempt may have done is not denied", async () => {
  const faults = [new Fault("disconnected", "maybe", "cut"), new Fault("overloaded", "no", "busy", { retryAfterMs: 1 }), new Fault("permission_denied", "no", "gone", { path: "a" })];
  const ending = { send: async () => Promise.reject(faults.shift()), versions: () => assert.fail() };
  const fault = await faultOf(createClient(Catalog, ending, [retry({ baseMs: 1 })]).ping());
  assert.deepEqual({ ...fault, message: fault.message }, { name: "Fault", type: "fault", kind: "permission_denied", executed: "maybe", path: "a", message: "gone" });
});

test("whatever is thrown, a call rejects with a fault", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  for (const thrown of [undefined, null, 5, "x", Symbol("s"), Object.create(null), { toString: 5 }, { get type() { throw new Error("x"); } }]) {
    const broken: Interceptor = async () => { throw thrown; };
    for (const interceptors of [[broken], [retry(), broken]]) {
      const fault = await faultOf(createClient(Catalog, http({ baseUrl }), interceptors).ping());
      assert.deepEqual([fault.kind, fault.executed], ["invalid_argument", "no"]);
    }
    const fault = await faultOf(createClient(Catalog, http({ baseUrl, token: () => { throw thrown; } })).ping());
    assert.deepEqual([fault.kind, fault.executed], ["unauthenticated", "no"]);
  }
  assert.equal(seen.length, 0);
  for (const options of [null, { signal: {} }, { timeoutMs: 5n }, { headers: 5 }]) {
    await faultOf(createClient(Catalog, http({ baseUrl })).ping({}, options as never));
    await faultOf(createClient(Catalog, http({ baseUrl })).watch({ id: 1n }, options as never)[Symbol.asyncIterator]().next());
  }
});

test("faults of another copy of this package are faults", async () => {
  const other = Object.assign(new Error("said"), { type: "fault", kind: "permission_denied", executed: "no" });
  const transport = { send: async () => Promise.reject(other), versions: () => assert.fail() };
  assert.equal(await createClient(Catalog, transport).ping().catch((error) => error), other);
  assert.equal(unrecognized, Symbol.for("@traitwire/runtime unrecognized"));
});

test("a token that is none is not sent", async (t) => {
  const { baseUrl, seen } = await serve(t, (_, response) => json(response, "null"));
  for (const token of [null, "", undefined]) await createClient(Catalog, http({ baseUrl, token: () => token as never })).ping();
  assert.deepEqual(seen.map((request) => request.headers.authorization), [undefined, undefined, undefined]);
});
