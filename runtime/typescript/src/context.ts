// What does a call say of itself, beside its arguments?

import { randomId } from "./client.js";
import { Fault } from "./fault.js";
import type { Interceptor, Outgoing } from "./transport.js";

/** What the calls of one frontend say of it. None of it is a secret. */
export interface ContextOptions {
  /** The calling application; its backend sees `name/version`. Default: none. */
  readonly application?: { readonly name: string; readonly version: string } | undefined;
  /** What all calls have in common. Default: an id that no other frontend has. */
  readonly session?: string | undefined;
  /**
   * The key by which a load balancer chooses a backend, from what is called. `call.args` has the
   * arguments by their names on the wire. Default: none.
   */
  readonly route?: ((call: Outgoing) => string | undefined) | undefined;
  /**
   * Where the call stands in a distributed trace: the text of a `traceparent`. Default, also where it
   * gives `undefined`: a trace of its own, which nobody records until somebody decides to.
   */
  readonly trace?: ((call: Outgoing) => string | undefined) | undefined;
}

/** What a label must be. */
const LABEL = { holds: /^[!-~]{0,128}$/, is: "at most 128 visible ASCII characters" };

const TRACE = {
  // Version 0 has these parts only; a version to come may have more, and 255 is none.
  holds: /^(?!ff|00.{54})[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(-[!-~]{0,72})?$/,
  is: "a traceparent: version-traceid-spanid-flags in 2, 32, 16 and 2 lower-case hexadecimal digits, with ids that are not 0",
};

/**
 * Has each call say which session, application, route and trace it belongs to, and gives one that is
 * idempotent but not readonly a key, under which the backend can see to it that it runs once. All
 * attempts of a call say the same, on whichever side of `retry` this stands. What the call says itself,
 * as a header, comes first.
 *
 * The session begins here, so use one for all clients of a backend:
 *
 * ```ts
 * const viewer = context({ application: { name: "viewer", version: "1.2.0" } });
 * const transport = surround(http({ baseUrl: "/rpc" }), [viewer, retry()]);
 * const [catalog, jobs] = await connect(transport, Catalog, Jobs);
 * ```
 *
 * A label of more than 128 characters, or of others than visible ASCII, and a trace that is none, end
 * the call as `invalid_argument` before anything is sent.
 */
export function context(options: ContextOptions = {}): Interceptor {
  const { application, session = randomId(), route, trace } = options;
  return async (call, next) => {
    const { headers, method } = call;
    const say = (header: string, name: string, own?: () => string | undefined, rule = LABEL): void => {
      // What stands there was said by the call itself, or for an attempt before this one.
      const text = headers.get(header) ?? own?.();
      if (text === undefined) return;
      if (!rule.holds.test(text)) {
        throw new Fault("invalid_argument", "no", `the ${name} must be ${rule.is}`);
      }
      headers.set(header, text);
    };
    say("x-request-id", "request id");
    say("traitwire-session", "session", () => session);
    say("traitwire-application", "application", () => application && `${application.name}/${application.version}`);
    say("traitwire-route", "route", () => route?.(call));
    say("traceparent", "trace", () => trace?.(call) ?? begin(), TRACE);
    say("idempotency-key", "idempotency key", () => (method.idempotent ? randomId() : undefined));
    say("last-event-id", "last event id");
    return next(call);
  };
}

/** The `traceparent` of a trace that begins here and is not recorded. */
function begin(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-00`;
}

/** Random bytes, which are not all 0. */
function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  random[0] ||= 1;
  return Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
