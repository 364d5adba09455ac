// node client.js BASE_URL: calls three methods with a client that others generated from the document.

import assert from "node:assert/strict";
import process from "node:process";

import createClient from "openapi-fetch";

import type { paths } from "../api.js";

const baseUrl = process.argv[2];
if (baseUrl === undefined) throw new Error("usage: node client.js BASE_URL");
const client = createClient<paths>({ baseUrl });

const greeted = await client.GET("/Conformance/v1/greet", { params: { query: { name: "Ann", polite: true } } });
assert.equal(greeted.data satisfies string | undefined, "Good day, Ann");

const value = { items: [1, 2], next: null };
const page = await client.POST("/Conformance/v1/page", { body: { value } });
assert.ok(page.data !== undefined);
assert.deepEqual(page.data.items satisfies number[], [1, 2]);
assert.equal(page.data.next, null);

const refused = await client.POST("/Conformance/v1/refuse", { body: { error: { type: "notFound", id: 7 } } });
assert.equal(refused.response.status, 404);
assert.ok(refused.error !== undefined && "code" in refused.error, "a problem document");
assert.equal(refused.error.code, "declared");
assert.ok("error" in refused.error, "with the declared error");
assert.deepEqual(refused.error.error, { type: "notFound", id: 7 });

// What the document does not allow does not compile.
// @ts-expect-error: there is no such path.
void (() => client.GET("/Conformance/v1/missing"));
// @ts-expect-error: the argument is missing.
void (() => client.POST("/Conformance/v1/page", { body: {} }));
// @ts-expect-error: no such variant is declared.
void (() => client.POST("/Conformance/v1/refuse", { body: { error: { type: "other thing" } } }));

console.log("3 calls");
