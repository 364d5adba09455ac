/**
 * Clicks through the page as somebody would, in a headless Chromium.
 *
 * usage: node page.mjs URL CHROMIUM SCREENSHOT
 */

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [url, executablePath, screenshot] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(10_000);
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));

  await page.goto(url);
  const models = page.locator("#models button");
  const bridge = page.locator('#models button[data-model="101"]');
  const station = page.locator('#models button[data-model="102"]');
  await models.nth(2).waitFor();
  assert.equal(await models.count(), 3, "the page lists all models");
  assert.match(await bridge.innerText(), /Linden Street Bridge\s+bridge, Harbour District/);

  await page.locator("#search").fill("harbour station");
  await page.waitForFunction(() => document.querySelectorAll("#models button").length === 1);
  await page.locator("#search").fill("");
  await models.nth(2).waitFor();

  await bridge.click();
  await page.locator("#name").filter({ hasText: "Linden Street Bridge" }).waitFor();
  assert.match(await page.locator("#facts").innerText(), /^\d+ elements · version 3/);
  assert.match(await page.locator("#caption").innerText(), /^[1-9]\d* boxes from \d+ bytes$/);
  assert.ok((await inkOf(page)) > 0.05, "the tile is drawn");
  // What happened before is there at once.
  await page.locator("#feed li").nth(2).waitFor();

  // The page does not change the name itself: the feed brings the change that another caller made.
  await page.locator("#new-name").fill("Linden Bridge");
  await page.locator("#rename button").click();
  await page.locator("#feed li").filter({ hasText: "renamed to “Linden Bridge”" }).waitFor();
  await page.locator("#name").filter({ hasText: "Linden Bridge" }).waitFor();
  await bridge.filter({ hasText: "Linden Bridge" }).waitFor();

  // A declared error, with its fields.
  await page.locator("#new-name").fill("Harbour Station");
  await page.locator("#rename button").click();
  await page.locator("#problem").filter({ hasText: "Model 102 is called “Harbour Station”" }).waitFor();

  // Another model: the feed is that of the other one.
  await station.click();
  await page.locator("#name").filter({ hasText: "Harbour Station" }).waitFor();
  assert.equal(await page.locator("#feed li").filter({ hasText: "Linden" }).count(), 0);
  await bridge.click();
  await page.locator("#feed li").filter({ hasText: "Linden Bridge" }).waitFor();

  await page.screenshot({ path: screenshot });
  // The browser reports the declared error's status, and that is all.
  assert.equal(errors.length, 1, errors.join("\n"));
  assert.match(errors[0], /409 \(Conflict\)/);
} finally {
  await browser.close();
}

/** How much of the canvas is drawn on, from 0 to 1. */
function inkOf(page) {
  return page.evaluate(() => {
    const canvas = document.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let ink = 0;
    for (let at = 3; at < data.length; at += 4) ink += data[at] > 0 ? 1 : 0;
    return ink / (data.length / 4);
  });
}
