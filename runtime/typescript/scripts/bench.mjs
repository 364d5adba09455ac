// Prints the ratios of bench/json.ts in this engine. `--browser FILE` writes a page's script instead,
// which puts them into the title of the page.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [, , flag, file] = process.argv;
const browser = flag === "--browser";
const outfile = browser ? file : `${root}/node_modules/.cache/bench.mjs`;
const contents = browser
  ? 'import { measure } from "./bench/json.ts"; document.title = JSON.stringify(measure());'
  : 'export { measure } from "./bench/json.ts";';
await build({ stdin: { contents, resolveDir: root }, outfile, bundle: true, format: "esm", logLevel: "warning" });
if (!browser) {
  const { measure } = await import(outfile);
  console.log(measure());
}
