// How does a call cross HTTP?

import { decoder, lost, notOurs, whole } from "./body.js";
import { fail } from "./codec.js";
import { Fault } from "./fault.js";
import { parse } from "./parse.js";
import { readProblem } from "./problem.js";
import { type Token, tokens } from "./token.js";
import type { Method } from "./call.js";
import type { Outgoing, Transport, Versions } from "./transport.js";
import { write } from "./write.js";

const JSON_TYPE = "application/json";
const OCTETS = "application/octet-stream";
const PROBLEM = "application/problem+json";

// Most that `Traitwire-Timeout` can say.
const MAX_TIMEOUT_MS = 9_999_999_999;

/** Where a backend is, and how to call it. */
export interface HttpOptions {
  /**
   * Where the interfaces stand: `https://example.org/rpc`, in a page also `/rpc`. It must hold no
   * credentials, no query and no fragment.
   */
  readonly baseUrl: string;
  /** A bearer token, or what gives one; see {@link Token}. Default: none. */
  readonly token?: Token | undefined;
  /**
   * Sends the requests. Default: the global `fetch`. It is asked for no cookies, no cache and no
   * redirects, for these could lead the token elsewhere; a function of yours may ask for more.
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The largest reply, in bytes, and the largest item, in characters. Default: 64 MiB. */
  readonly maxReply?: number | undefined;
  /** More headers for every request. Those of the protocol win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Calls a backend over HTTP.
 *
 * With a token function, a call that is refused as `unauthenticated` is made once more if the function,
 * asked with `refresh: true`, gives another token.
 *
 * @throws {Fault} `invalid_argument` if the base URL is none of `http` or `https`, or holds what it
 * must not.
 */
export function http(options: HttpOptions): Transport {
  const { maxReply = 2 ** 26 } = options;
  const base = checked(options.baseUrl);
  const tokenFor = tokens(options.token);

  /** One exchange, down to the reply or the items. */
  async function exchange(path: string, init: RequestInit, method: Partial<Method>): Promise<unknown> {
    let response: Response;
    try {
      response = await (options.fetch ?? fetch)(base + path, {
        // Tokens say who calls; with cookies, any page could call in its visitor's name.
        credentials: "omit",
        cache: "no-store",
        redirect: "manual",
        ...init,
      });
    } catch (cause: any) {
      // `fetch` does not say whether there was a connection. Node does: without one, nothing has run.
      throw lost(cause, /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(cause?.cause?.code) ? "no" : "maybe");
    }
    const { status, headers } = response;
    const { stream, octetsReply, reply, error } = method;
    // Without its parameters.
    const [type] = String(headers.get("content-type")).split(/ *;/);
    const is = (expected: string): boolean => status === 200 && type === expected;
    if (stream && is(stream.type)) return stream.items(response, method, maxReply);
    const body = await whole(response, maxReply);
    if (octetsReply && is(OCTETS)) return body;
    if (!stream && is(JSON_TYPE)) return parse(decoder()(body), reply);
    // Not strict: a proxy's page may be in any encoding.
    const text = new TextDecoder().decode(body);
    // The body says what happened; a status alone may come from anything in between.
    throw (
      (type === PROBLEM && readProblem(text, error, headers.get("retry-after"))) ||
      // A browser hides all of a redirect, even its status.
      notOurs(`${base + path}: status ${status || 302}, ${type}: ${text}`)
    );
  }

  async function send(call: Outgoing): Promise<unknown> {
    const { method, args, signal } = call;
    const { name, fingerprint, since, stream, octetsArg, octetsReply } = method;
    const data = octetsArg && (args as any)[octetsArg];
    // One of another window is no instance of this one's class.
    if (octetsArg && data?.[Symbol.toStringTag] !== "Uint8Array") {
      fail({ keys: [octetsArg], writing: true }, "not a Uint8Array");
    }
    // A copy, for the token may take a while; and `fetch` takes no shared memory.
    const body = octetsArg ? new Uint8Array(data) : write(args, method.args);
    const attempt = async (token: string | undefined): Promise<unknown> => {
      const headers = new Headers(options.headers);
      call.headers.forEach((value, name) => headers.set(name, value));
      headers.set("accept", `${stream ? stream.type : octetsReply ? OCTETS : JSON_TYPE}, ${PROBLEM}`);
      headers.set("content-type", octetsArg ? OCTETS : JSON_TYPE);
      const needsSince = since ? `; since=${since}` : "";
      headers.set("traitwire-need", `${call.version}; fp=${fingerprint}${needsSince}`);
      if (token) {
        // The engine's own error would show it.
        if (!/^[ -~]+$/.test(token)) {
          throw new Fault("invalid_argument", "no", "the token is not ASCII");
        }
        headers.set("authorization", `Bearer ${token}`);
      }
      if (call.deadline < Infinity) {
        const left = Math.max(1, Math.ceil(call.deadline - performance.now()));
        headers.set("traitwire-timeout", String(Math.min(left, MAX_TIMEOUT_MS)));
      }
      signal.throwIfAborted();
      call.sent();
      return exchange(
        `/${call.interface}/${call.series}/${name}`,
        { method: "POST", headers, body, signal },
        method,
      );
    };
    const token = await tokenFor();
    try {
      return await attempt(token);
    } catch (error: any) {
      const refused = error.kind === "unauthenticated" && error.executed === "no" && token;
      const fresh = refused ? await tokenFor(token) : undefined;
      if (fresh === undefined) throw error;
      return attempt(fresh);
    }
  }

  return {
    send,
    versions: (signal) => exchange("/_versions", { signal }, {}) as Promise<Versions>,
  };
}

/** The URL without a slash at its end. */
function checked(baseUrl: string): string {
  try {
    const { href } = new URL(baseUrl, globalThis.location?.href);
    if (/^https?:\/\/[^/@?#]+(\/[^?#]*)?$/.test(href)) return href.replace(/\/+$/, "");
  } catch {
    // Not a URL at all.
  }
  // It may hold a password, so it is not shown.
  throw new Fault(
    "invalid_argument",
    "no",
    "baseUrl must be http(s), without user, query and fragment",
  );
}
