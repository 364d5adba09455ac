/** The page of the quickstart: a list of models, one of them opened, and what changes in it. */

import { createClient, http, retry, safe, type CallError } from "@traitwire/runtime";
import {
  Catalog,
  type CatalogError,
  type Change,
  type Description,
  type Model,
  type Version,
} from "./interfaces.js";
import { decode, draw, type Box } from "./tile.js";

// The tokens are in the source so that one can try them; a real page gets one by signing in.
const catalog = createClient(Catalog, http({ baseUrl: "/rpc", token: "reader-token" }), [retry()]);
const writer = createClient(Catalog, http({ baseUrl: "/rpc", token: "writer-token" }));

/** The model that is open. */
let openId: bigint | undefined;

/** Ends what the page does for it. */
let opened = new AbortController();

element("search", HTMLInputElement).addEventListener("input", () => void list());
element("rename", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void rename();
});
await list();

/** Shows the models that match what was typed. */
async function list(): Promise<void> {
  const query = element("search", HTMLInputElement).value;
  const found = await safe(catalog.search({ query, limit: 50 }));
  if (query !== element("search", HTMLInputElement).value) return; // typed on meanwhile
  if (!found.ok) return fail(found.error);
  const items = found.value.map((model) => {
    const button = make("button", model.name);
    button.append(make("small", `${words(model.kind)}, ${model.place}`));
    button.dataset["model"] = model.id.toString();
    button.addEventListener("click", () => void open(model));
    const item = make("li");
    item.append(button);
    return item;
  });
  element("models", HTMLUListElement).replaceChildren(...items);
  markOpen();
}

function markOpen(): void {
  for (const button of document.querySelectorAll<HTMLElement>("#models button")) {
    button.ariaCurrent = String(button.dataset["model"] === openId?.toString());
  }
}

/** Shows one model, and follows its changes until another is opened. */
async function open(model: Model): Promise<void> {
  opened.abort();
  opened = new AbortController();
  const { signal } = opened;
  openId = model.id;
  markOpen();
  // Three calls at once. Whichever fails, the page says why.
  const [description, tile, versions] = await Promise.all([
    safe(catalog.describe({ id: model.id }, { signal })),
    safe(catalog.tile({ model: model.id, tile: [0, 0, 0] }, { signal })),
    safe(catalog.versions({ id: model.id }, { signal })),
  ]);
  if (signal.aborted) return;
  if (!description.ok) return fail(description.error);
  if (!tile.ok) return fail(tile.error);
  if (!versions.ok) return fail(versions.error);
  show(description.value, decode(tile.value), tile.value.length, versions.value);
  await follow(model.id, signal);
}

/** Fills in what is known of the model that is open. */
function show(
  { model, summary, elements, origin }: Description,
  boxes: readonly Box[],
  bytes: number,
  versions: readonly Version[],
): void {
  element("model", HTMLElement).hidden = false;
  element("nothing", HTMLElement).hidden = true;
  text("name", model.name);
  text("summary", summary);
  text(
    "facts",
    `${elements} elements · version ${versions[0]?.number ?? 0} · ` +
      `${origin.latitude.toFixed(4)}° N, ${origin.longitude.toFixed(4)}° E`,
  );
  text("caption", `${boxes.length} boxes from ${bytes} bytes`);
  draw(element("tile", HTMLCanvasElement), boxes);
  element("new-name", HTMLInputElement).value = model.name;
  element("new-name", HTMLInputElement).dataset["model"] = model.id.toString();
  element("feed", HTMLOListElement).replaceChildren();
  text("problem", "");
}

/** Shows what has happened to a model, and then each change as it happens. */
async function follow(id: bigint, signal: AbortSignal): Promise<void> {
  try {
    for await (const change of catalog.watch({ id, after: 0n }, { signal })) {
      element("feed", HTMLOListElement).prepend(line(change));
      if (typeof change.what === "object" && "renamed" in change.what) {
        text("name", change.what.renamed.to);
        void list();
      }
    }
  } catch (error) {
    if (!signal.aborted) text("problem", String(error));
  }
}

/** Gives the open model another name, as somebody who may. */
async function rename(): Promise<void> {
  const { value: name, dataset } = element("new-name", HTMLInputElement);
  const done = await safe(writer.rename({ id: BigInt(dataset["model"] ?? 0), name }));
  text("problem", "");
  if (done.ok) return; // the feed says so
  if (done.error.type !== "declared") return fail(done.error);
  const error = done.error.data;
  switch (error.error) {
    case "name_taken":
      return text("problem", `Model ${error.by} is called “${error.name}” already.`);
    case "invalid_name":
      return text("problem", `A name has 1 to 200 characters, not ${error.length}.`);
    default:
      return fail(done.error);
  }
}

function fail(error: CallError<CatalogError>): void {
  const what = error.type === "fault" ? error.kind : error.data.error;
  text("problem", `${words(String(what))}: ${error.message}`);
}

function line(change: Change): HTMLLIElement {
  const item = make("li");
  item.append(make("b", `#${change.number}`), ` ${what(change)} `);
  item.append(make("small", `${change.by}, ${new Date(Number(change.at)).toLocaleString("en-GB")}`));
  return item;
}

/** A newer backend may know changes that this page does not. */
function what({ what }: Change): string {
  if (what === "created") return "created";
  if (typeof what === "string") return words(what);
  if ("renamed" in what) return `renamed to “${what.renamed.to}”`;
  if ("tagged" in what) return `tagged ${what.tagged.to.join(", ")}`;
  if ("released" in what) return `version ${what.released.number}: ${what.released.note}`;
  return "changed";
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function text(id: string, value: string): void {
  element(id, HTMLElement).textContent = value;
}

function element<T extends HTMLElement>(id: string, type: abstract new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page has no ${type.name} #${id}`);
  return found;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, content = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.textContent = content;
  return made;
}
