import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decoder } from "./body.js";
import { Catalog } from "./example.js";
import { Fault, createClient, http, safe } from "./index.js";
import { json } from "./lossless.js";
import { serve } from "./loopback.js";
import { parse } from "./parse.js";

interface Document {
  name: string;
  json?: string;
  hex?: string;
  node: boolean;
}

test("b5: documents of JSON are judged as is said", () => {
  // The backend's tests read the same file.
  const file = readFileSync("../../tests/vectors/json_documents.json", "utf8");
  const wrong: string[] = [];
  for (const { name, json: text, hex, node } of JSON.parse(file) as Document[]) {
    const bytes = hex === undefined ? new TextEncoder().encode(text) : Buffer.from(hex, "hex");
    let taken = true;
    try {
      parse(decoder()(bytes), json);
    } catch (error: any) {
      assert.equal(error.kind, "bad_reply", name);
      taken = false;
    }
    if (taken !== node) wrong.push(name);
  }
  assert.deepEqual(wrong, []);
});

test("b6: names that all objects have are names like others", async (t) => {
  let answer: [status: number, type: string, body: string] = [200, "application/json", "{}"];
  const { baseUrl } = await serve(t, (_, response) => {
    const [status, type, body] = answer;
    response.writeHead(status, { "content-type": type }).end(body);
  });
  const catalog = createClient(Catalog, http({ baseUrl }));
  for (const name of ["__proto__", "constructor", "toString", "then", "hasOwnProperty", "valueOf"]) {
    // As the kind of a fault, which nobody knows.
    answer = [500, "application/problem+json", `{"type":"urn:traitwire:${name}","code":"${name}","title":"","status":500,"executed":"no","detail":"x"}`];
    const failed = await safe(catalog.rename({ id: 1n, name: "x" }));
    assert.ok(!failed.ok && failed.error instanceof Fault, name);
    assert.equal(failed.error.kind, name);
    // As members of a problem.
    answer = [500, "application/problem+json", `{"type":"urn:traitwire:internal","code":"internal","title":"","status":500,"executed":"no","${name}":{"polluted":true,"kind":"overloaded"}}`];
    const odd = await safe(catalog.rename({ id: 1n, name: "x" }));
    assert.ok(!odd.ok && odd.error instanceof Fault);
    assert.equal(odd.error.kind, "internal");
    // As a declared error, and as its tag.
    answer = [422, "application/problem+json", `{"type":"urn:traitwire:declared","code":"declared","title":"","status":422,"executed":"maybe","error":{"error":"${name}","${name}":{"polluted":true}}}`];
    const declared = await safe(catalog.rename({ id: 1n, name: "x" }));
    assert.ok(!declared.ok, name);
    // As a member of a reply.
    const value = parse(`{"${name}":{"polluted":true}}`, json) as object;
    assert.deepEqual(Object.getOwnPropertyNames(value), [name]);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    // A client has methods of its interface only.
    if (name === "then" || name === "__proto__") assert.ok(!Object.hasOwn(catalog, name));
  }
  assert.equal(({} as any).polluted, undefined);
  assert.equal((Object as any).polluted, undefined);
});
