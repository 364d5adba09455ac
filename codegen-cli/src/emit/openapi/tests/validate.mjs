// Are the documents OpenAPI 3.1, their schemas JSON Schema 2020-12, and do values fit as expected?
//
// Reads `{ documents: { name: text }, values: [{ document, schema, json, fits }] }` from stdin, prints
// what is wrong as a JSON list. Runs in tests/typescript, where the validator is installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const here = createRequire(pathToFileURL(`${process.cwd()}/package.json`));
const entry = here.resolve("@seriousme/openapi-schema-validator");
const { Validator } = await import(pathToFileURL(entry).href);
const { default: Ajv2020 } = await import(
  pathToFileURL(createRequire(entry).resolve("ajv/dist/2020.js")).href
);

const { documents, values } = JSON.parse(readFileSync(0, "utf8"));
const wrong = [];
const readers = {};
for (const [name, text] of Object.entries(documents)) {
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  if (!valid) wrong.push(`${name}: no OpenAPI: ${JSON.stringify(errors)}`);
  const document = JSON.parse(text);
  // Formats are notes here, and the members around the schemas are no keywords.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema(document, name);
  readers[name] = {};
  for (const [schema, body] of Object.entries(document.components.schemas)) {
    if (!ajv.validateSchema(body)) wrong.push(`${name}: ${schema}: ${ajv.errorsText(ajv.errors)}`);
    readers[name][schema] = ajv.compile({ $ref: `${name}#/components/schemas/${schema}` });
  }
}
for (const { document, schema, json, fits } of values) {
  const read = readers[document][schema];
  if (!read) {
    wrong.push(`${document} has no ${schema}`);
  } else if (read(JSON.parse(json)) !== fits) {
    const why = fits ? JSON.stringify(read.errors) : "it should not";
    wrong.push(`${schema} ${fits ? "refuses" : "takes"} ${json}: ${why}`);
  }
}
console.log(JSON.stringify(wrong));
