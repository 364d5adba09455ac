// node said.js ORIGIN: makes calls that say what they belong to, and prints what their handlers saw.

import process from "node:process";

import { connect, context, createClient, http, retry, safe, surround } from "@traitwire/runtime";

import { Mirror, Sites } from "../generated/index.js";

const baseUrl = `${process.argv[2]}/rpc`;
const print = (value: unknown): void => console.log(JSON.stringify(value));

const application = { name: "viewer", version: "1.2.0" };
const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const route = ({ args }: { readonly args: unknown }): string | undefined => (args as { site?: string }).site;
const around = [context({ application, session: "window-1", route, trace: () => trace }), retry({ baseMs: 1 })];
const [mirror, sites] = await connect(surround(http({ baseUrl }), around), Mirror, Sites);

print(await mirror.look());
print(await mirror.keep({}, { headers: { "idempotency-key": "k-1" }, requestId: "r-1" }));
for await (const said of mirror.watch()) print(said);
print(await sites.open({ site: "tower" }));
print(await safe(sites.open({ site: "two words" })));

// Nothing given: it can be told from others all the same.
const plain = createClient(Mirror, http({ baseUrl }), [context(), retry({ baseMs: 1 })]);
print(await plain.look());
print(await plain.keep());
print(await plain.change());
// Each is answered, but that does not arrive the first time.
print([await plain.count(), await plain.count()]);
