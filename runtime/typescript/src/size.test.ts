import assert from "node:assert/strict";
import { test } from "node:test";
// @ts-expect-error It has no types.
import { PROGRAMS, sizeOf } from "../scripts/sizes.mjs";

for (const [name, limit, program] of PROGRAMS) {
  test(`${name}: no more than ${limit} bytes`, async () => {
    const size: number = await sizeOf(program);
    assert.ok(size <= limit, `${size} bytes`);
  });
}
