// What does the runtime add to a program? Run by itself, it prints the sizes; `src/size.test.ts` holds
// them to their limits.
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const RUNTIME = "@traitwire/runtime";
const GENERATED = "../../interfaces/generated/typescript/index.ts";

/**
 * Programs, and the most that the runtime may have in them: in bytes, bundled, minified and with
 * `gzip -9`. The first two limits are promises to users. The others are what there is today; a change
 * that makes one grow has to say why.
 */
export const PROGRAMS = [
  ["HTTP", 4000, `export { connect, createClient, DeclaredError, Fault, http, safe } from "${RUNTIME}"`],
  ["types", 200, `import type { CatalogClient } from "${GENERATED}"; import { type Call, type Codec, http } from "${RUNTIME}"; export type X = [CatalogClient, Call<1>, Codec]`],
  ["HTTP, the least", 3550, `export { createClient, http } from "${RUNTIME}"`],
  ["HTTP, context", 4540, `export { connect, context, createClient, DeclaredError, Fault, http, safe, surround } from "${RUNTIME}"`],
  ["HTTP, 64-bit integers", 4500, `export { createClient, fields, http, int64, list, safe } from "${RUNTIME}"`],
  ["HTTP, 64-bit integers, bytes, streams", 5380, `export { bytes, createClient, fields, http, int64, list, safe, stream, tagged } from "${RUNTIME}"`],
  ["everything", 7850, `export * from "${RUNTIME}"`],
];

/** The size of a program. With `without`, the runtime is not counted. */
export async function sizeOf(program, without = false) {
  const { outputFiles } = await build({
    // Where the runtime is, not where this module was bundled to.
    stdin: { contents: program, resolveDir: process.cwd(), loader: "ts" },
    ...(without ? { external: [RUNTIME] } : { alias: { [RUNTIME]: "./src/index.ts" } }),
    absWorkingDir: process.cwd(),
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

// In a test's bundle, this is not the script that runs.
if (basename(process.argv[1]) === "sizes.mjs") {
  process.chdir(fileURLToPath(new URL("..", import.meta.url)));
  for (const [name, limit, program] of PROGRAMS) {
    console.log(`${name}: ${await sizeOf(program)} bytes (at most ${limit})`);
  }
  const client = `import { createClient, http } from "${RUNTIME}"; import { Catalog } from "${GENERATED}"; export default createClient(Catalog, http({ baseUrl: "/rpc" }))`;
  const [all, own] = [await sizeOf(client), await sizeOf(client, true)];
  console.log(`the quickstart's client: ${own} bytes of its own, ${all - own} of the runtime`);
}
