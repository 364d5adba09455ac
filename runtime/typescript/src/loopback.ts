// What does a backend answer? (For tests only; no part of the bundle.)

import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** Serves on the loopback until the test ends, and keeps what was asked. */
export async function serve(
  context: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => unknown,
): Promise<{ baseUrl: string; seen: { path: string; headers: IncomingMessage["headers"]; body: Buffer }[]; closed: number }> {
  const loopback = { baseUrl: "", seen: [] as any[], closed: 0 };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    loopback.seen.push({ path: request.url, headers: request.headers, body });
    response.on("close", () => {
      if (!response.writableFinished) loopback.closed++;
    });
    await answer(request, response, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  loopback.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return loopback;
}

export function json(response: ServerResponse, text: string): void {
  response.setHeader("content-type", "application/json").end(text);
}

export function problem(response: ServerResponse, status: number, code: string, more: object = {}, headers: object = {}): void {
  const document = { type: `urn:traitwire:${code}`, title: code, status, code, executed: "no", detail: `said ${code}`, ...more };
  response.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(JSON.stringify(document));
}

/** Waits for something that happens elsewhere, for at most five seconds. */
export async function until(is: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !is(); ) {
    if (Date.now() > end) throw new Error("it never happened");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A base URL where nobody listens. */
export async function nobody(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/rpc`;
}
