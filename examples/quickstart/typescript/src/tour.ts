/**
 * How does a frontend in TypeScript call the backend? The same calls as in `frontend.rs`.
 *
 * usage: node tour.js URL
 */

import { connect, Fault, http, safe } from "@traitwire/runtime";
import { Catalog, Jobs, type CatalogClient, type JobsClient } from "./interfaces.js";

const BRIDGE = 101n;

const baseUrl = process.argv[2];
if (baseUrl === undefined) throw new Error("usage: node tour.js URL");
await tour(baseUrl);

async function tour(baseUrl: string): Promise<void> {
  const [catalog, jobs] = await connect(http({ baseUrl, token: "reader-token" }), Catalog, Jobs);
  const [writer, submitter] = await connect(http({ baseUrl, token: "writer-token" }), Catalog, Jobs);

  await read(catalog);
  await declaredError(catalog);
  await faults(catalog);
  await follow(jobs, submitter);
  await watch(catalog, writer);
}

/** Plain calls: arguments go in by name, a reply comes back. 64-bit integers are `bigint`. */
async function read(catalog: CatalogClient): Promise<void> {
  const found = await catalog.search({ query: "harbour", limit: 10 });
  show('catalog.search  "harbour"', found.map((model) => `${model.id} ${model.name}`).join(", "));

  const tile = await catalog.tile({ model: BRIDGE, tile: [0, 0, 0] });
  show("catalog.tile  the whole of 101", `${tile.length} bytes as ${tile.constructor.name}`);
}

/** What a handler returns as `Err` is a union to `switch` over, and the compiler knows each case. */
async function declaredError(catalog: CatalogClient): Promise<void> {
  const found = await safe(catalog.model({ id: 999n }));
  if (found.ok || found.error.type !== "declared") throw new Error("expected a declared error");
  const error = found.error.data;
  switch (error.error) {
    case "not_found":
      return show("catalog.model  999", `declared error: not_found, id ${error.id}`);
    case "unavailable":
      return show("catalog.model  999", "the catalog's store does not answer");
    default:
      throw found.error;
  }
}

/** Everything else that can end a call is a fault, which says whether the handler may have run. */
async function faults(catalog: CatalogClient): Promise<void> {
  const refused = await safe(catalog.rename({ id: BRIDGE, name: "Mine" }));
  if (refused.ok || refused.error.type !== "fault") throw new Error("expected a fault");
  const { kind, executed, message } = refused.error;
  show("catalog.rename  as ann", `fault: ${kind}; executed: ${executed}`);
  show("", message);
}

/** A stream is an `AsyncIterable`: it ends as the handler ends it, or throws. */
async function follow(jobs: JobsClient, submitter: JobsClient): Promise<void> {
  const job = await submitter.submit({ spec: { task: "validate", input: BRIDGE } });
  let lines = 0;
  for await (const line of jobs.log({ id: job })) {
    lines += 1;
    if (line.level === "warning") show("jobs.log", `${line.at} ms  ${line.text}`);
  }
  show("jobs.log", `(ended after ${lines} lines)`);
  const waited = await safe(jobs.wait({ id: job }, { timeoutMs: 5_000 }));
  if (!waited.ok) throw waited.error;
  show("jobs.wait", waited.value.state);
}

/** `break` ends the stream, and its handler. */
async function watch(catalog: CatalogClient, writer: CatalogClient): Promise<void> {
  const seen = (await catalog.changes({ id: BRIDGE })).at(-1)?.number;
  const renamed = writer.rename({ id: BRIDGE, name: "Linden Crossing" });
  for await (const change of catalog.watch({ id: BRIDGE, after: seen })) {
    if (typeof change.what === "object" && "renamed" in change.what) {
      const { from, to } = change.what.renamed;
      show("catalog.watch  101, as ann", `${change.by} renamed "${from}" to "${to}"`);
      break;
    }
  }
  const model = await renamed;
  const taken = await safe(writer.rename({ id: 102n, name: model.name }));
  if (taken.ok || taken.error instanceof Fault) throw new Error("expected a declared error");
  show("catalog.rename  102 alike, as bob", `declared error: ${JSON.stringify(taken.error.data, digits)}`);
}

/** `JSON.stringify` knows no `bigint`; the runtime writes one as digits. */
function digits(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** One line: what was called, and what came back. */
function show(call: string, cameBack: string): void {
  console.log(`  ${call.padEnd(36)}  ${cameBack}`);
}
