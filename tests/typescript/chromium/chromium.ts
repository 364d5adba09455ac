// node chromium.js EXECUTABLE URL: opens the page and prints its results, as JSON, one per line.

import process from "node:process";

import { chromium } from "playwright-core";

declare global {
  /** What the page promises. */
  var results: Promise<readonly unknown[]> | undefined;
}

/** Longest that the page may take, less than the test that waits for this program. */
const patience = 60_000;

const [executablePath, url] = process.argv.slice(2);
if (executablePath === undefined || url === undefined) throw new Error("usage: node chromium.js EXECUTABLE URL");

// Playwright makes a profile of its own in a new folder, and removes it.
const browser = await chromium.launch({
  executablePath,
  headless: true,
  timeout: patience,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
  ],
});
const late = setTimeout(() => {
  console.error(`the page had not finished after ${patience} ms`);
  process.exitCode = 1;
  void browser.close();
}, patience);
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(url);
  const results = await page.evaluate(() => globalThis.results);
  if (results === undefined) throw new Error("the page promised no results");
  for (const result of results) console.log(JSON.stringify(result));
} finally {
  clearTimeout(late);
  await browser.close();
}
