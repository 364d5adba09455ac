// Does each call of the list end as it should?

import { connect, createClient, DeclaredError, Fault, http } from "@traitwire/runtime";

import { cases, type Client, Conformance } from "../cases.js";
import type { Case, Expected } from "./cases.js";
import { difference, shown } from "./same.js";

/** What became of a case. */
export interface Report {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** How a call did end. */
interface Outcome {
  readonly items: readonly unknown[];
  readonly error?: unknown;
  readonly value?: unknown;
}

/** Makes all calls, one after the other, to the server at this origin. */
export async function run(origin: string): Promise<Report[]> {
  const reports: Report[] = [];
  for (const each of cases) {
    const detail = await within(20_000, wrong(origin, each)).catch((error: unknown) => `threw ${told(error)}`);
    reports.push({ name: each.name, ok: detail === undefined, detail: detail ?? "" });
  }
  return reports;
}

/** What is wrong with how a case ended, if anything is. */
async function wrong(origin: string, each: Case<Client>): Promise<string | undefined> {
  const client = await connected(origin, each);
  const stop = new AbortController();
  const call = each.call(client, { signal: stop.signal, timeoutMs: each.timeoutMs ?? undefined });
  if (!(Symbol.asyncIterator in call)) return judged(each.expected, await replied(client, each, call, stop), false);
  const outcome = await streamed(client, each, call, stop);
  const left = each.giveUpAfter !== null && !each.abort;
  if (left) return difference(outcome.items, each.expected.end === "failed" ? each.expected.items : []);
  return judged(each.expected, outcome, each.cut);
}

async function connected(origin: string, each: Case<Client>): Promise<Client> {
  const baseUrl = `${origin}/${each.site}`;
  const token = each.token === null ? {} : { token: each.token };
  // The list of versions is larger than what such a case takes.
  if (each.maxReply !== null) {
    return createClient(Conformance, http({ baseUrl, ...token, maxReply: each.maxReply }));
  }
  const [client] = await connect(http({ baseUrl, ...token }), Conformance);
  return client;
}

async function replied(
  client: Client,
  each: Case<Client>,
  call: Promise<unknown>,
  stop: AbortController,
): Promise<Outcome> {
  const outcome: Promise<Outcome> = call.then(
    (value) => ({ items: [], value }),
    (error: unknown) => ({ items: [], error }),
  );
  if (each.giveUpAfter !== null) {
    await running(client, 1);
    stop.abort();
    await outcome;
    await running(client, 0);
  }
  return outcome;
}

async function streamed(
  client: Client,
  each: Case<Client>,
  call: AsyncIterable<unknown>,
  stop: AbortController,
): Promise<Outcome> {
  const items: unknown[] = [];
  try {
    for await (const item of call) {
      items.push(item);
      if (items.length !== each.giveUpAfter) continue;
      await running(client, 1);
      if (!each.abort) break;
      // Once the loop waits for an item that never comes.
      setTimeout(() => stop.abort(), 0);
    }
  } catch (error) {
    return { items, error };
  } finally {
    if (each.giveUpAfter !== null) await running(client, 0);
  }
  return { items };
}

/** Waits until so many handlers run. */
async function running(client: Client, handlers: number): Promise<void> {
  const until = Date.now() + 5_000;
  while ((await client.running()) !== handlers) {
    if (Date.now() > until) throw new Error(`there are not ${handlers} handlers running`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function judged(expected: Expected, outcome: Outcome, cut: boolean): string | undefined {
  return end(expected, outcome) ?? (expected.end === "reply" ? undefined : items(expected.items, outcome.items, cut));
}

function end(expected: Expected, { error, value }: Outcome): string | undefined {
  switch (expected.end) {
    case "reply":
      if (error !== undefined) return `failed: ${told(error)}`;
      // What is `void` is nothing to look at.
      return expected.value === undefined ? undefined : difference(value, expected.value);
    case "ended":
      return error === undefined ? undefined : `failed: ${told(error)}`;
    case "declared":
      if (!(error instanceof DeclaredError)) return `not declared: ${told(error)}`;
      if (error.type !== "declared" || error.executed !== "maybe") return "a declared error that is none";
      return difference(error.data, expected.error) ?? difference(error.status, expected.status, "the status");
    case "failed": {
      if (!(error instanceof Fault)) return `no fault: ${told(error)}`;
      const { kind, executed, path } = expected;
      const came = `${error.type} ${error.kind} ${error.executed}`;
      if (came !== `fault ${kind} ${executed}`) return `${told(error)}, not ${kind}, executed ${executed}`;
      if (path !== null && error.path !== path) return `at ${error.path}, not at ${path}`;
      // The layer of the test says so.
      if (kind === "overloaded" && error.retryAfterMs !== 2000) return `retry after ${error.retryAfterMs} ms`;
      if (kind === "incompatible" && error.incompatibility === undefined) return "it is not said what differs";
      // Neither a panic's message nor a trace of the backend crosses.
      if (error.message.includes("secret")) return `it tells a secret: ${error.message}`;
      return undefined;
    }
  }
}

function items(expected: readonly unknown[], came: readonly unknown[], cut: boolean): string | undefined {
  if (!cut) return difference(came, expected, "the items");
  if (came.length === 0 || came.length >= expected.length) return `${came.length} items came of a stream that was cut`;
  return difference(came, expected.slice(0, came.length), "the items");
}

function told(error: unknown): string {
  if (error instanceof Fault) return `${error.kind}, executed ${error.executed}, at ${error.path}: ${error.message}`;
  if (error instanceof DeclaredError) return `declared error ${shown(error.data)}`;
  return error instanceof Error ? `${error.name}: ${error.message}\n${error.stack ?? ""}` : shown(error);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
