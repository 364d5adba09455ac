// node validate.js FILE..: is each of these valid by the official schema of its version?

import { readFile } from "node:fs/promises";
import process from "node:process";

import { Validator } from "@seriousme/openapi-schema-validator";

for (const file of process.argv.slice(2)) {
  const validator = new Validator();
  const document = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  const { valid, errors } = await validator.validate(document);
  const version = validator.version;
  if (!valid || version !== "3.1") {
    console.error(file, version, JSON.stringify(errors, undefined, 2));
    process.exitCode = 1;
  }
}
