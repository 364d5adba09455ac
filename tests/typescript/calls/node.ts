// node node.js ORIGIN: makes all calls and prints a report for each.

import process from "node:process";

import { run } from "./suite.js";

const origin = process.argv[2];
if (origin === undefined) throw new Error("usage: node node.js ORIGIN");
for (const report of await run(origin)) console.log(JSON.stringify(report));
