// node call.mjs FILE: reads values as replies and as arguments, writes each as an argument, and prints
// a line for each.

import { readFileSync } from "node:fs";
import process from "node:process";

import { type Interface, createClient, http } from "@traitwire/runtime";

import * as interfaces from "./generated/index.js";
import * as mirrored from "./mirrored/index.js";

interface Sent {
  readonly id: string;
  readonly written: readonly string[];
  readonly read: readonly string[];
}

interface Client {
  read(): Promise<any>;
  write(args: object): Promise<void>;
}

let reply = "";
let request = "";
const transport = http({
  baseUrl: "http://localhost/rpc",
  fetch: async (_, init) => {
    request = String(init?.body);
    return new Response(reply, { headers: { "content-type": "application/json" } });
  },
});

/** The reply that this JSON is. */
async function read(description: Interface<any>, json: string): Promise<any> {
  reply = json;
  return (createClient(description, transport) as Client).read();
}

/** The JSON that this argument is. */
async function write(description: Interface<any>, value: unknown): Promise<string> {
  reply = "null";
  await (createClient(description, transport) as Client).write({ value, number: true });
  const prefix = '{"value":';
  const suffix = ',"number":true}';
  if (request.startsWith(prefix) && request.endsWith(suffix)) {
    return request.slice(prefix.length, -suffix.length);
  }
  throw new Error(`an argument without its value: ${request}`);
}

/** What TypeScript has to be told to have the same value. */
function literal(value: any): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
      // These end a line in TypeScript, and lines are counted.
      return JSON.stringify(value).replace(/[\u2028\u2029]/g, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
    case "symbol":
      return "unrecognized";
    case "object":
      break;
    default:
      return String(value);
  }
  if (value === null) return "null";
  if (value instanceof Uint8Array) return `new Uint8Array([${value}])`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const members = Reflect.ownKeys(value).map((key) => {
    const name = typeof key === "symbol" || key === "__proto__" ? `[${literal(key)}]` : literal(key);
    return `${name}: ${literal(value[key])}`;
  });
  return `{ ${members.join(", ")} }`;
}

const sent: readonly Sent[] = JSON.parse(readFileSync(process.argv[2]!, "utf8"));
for (const { id, ...values } of sent) {
  // What is written as this type is read: its replies are this type's arguments.
  const [description, reversed] = [interfaces, mirrored].map(
    (all) => (all as unknown as Record<string, Interface<any>>)[id]!,
  ) as [Interface<any>, Interface<any>];
  for (const written of [true, false]) {
    for (const [index, json] of (written ? values.written : values.read).entries()) {
      const report: any = { id, written, index };
      try {
        let value = await read(written ? description : reversed, json);
        // `()` as a whole reply is nothing, while an argument is `null`.
        if (!written && value === undefined) value = null;
        report.literal = literal(value);
        report.json = await write(description, value ?? null);
      } catch (error) {
        report.error = String(error);
      }
      console.log(JSON.stringify(report));
    }
  }
}
