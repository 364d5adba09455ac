// How does a reply come that is a stream of items?

import { notOurs, pieces } from "./body.js";
import type { CallOptions, Method, Stream } from "./call.js";
import { events } from "./events.js";
import { Fault } from "./fault.js";
import { parse } from "./parse.js";
import { readProblem } from "./problem.js";
import { MAX_TIMER_MS, type Running, start } from "./running.js";

/** All that only streams need. Their descriptors bring it, so a client without streams has none of it. */
export interface Streaming {
  /** How the items of a call are iterated; `work` makes the call. */
  readonly open: (
    options: CallOptions,
    work: (running: Running) => Promise<AsyncIterable<unknown>>,
  ) => Stream<unknown>;
  /** As what the items cross HTTP. */
  readonly type: string;
  /** The items of a response, each of at most `limit` characters. */
  readonly items: (
    response: Response,
    method: Partial<Method>,
    limit: number,
  ) => AsyncIterable<unknown>;
}

/** Stands in the descriptor of a method with a stream for a reply. */
export const stream: Streaming = { open, type: "text/event-stream", items };

function open(
  options: CallOptions,
  work: (running: Running) => Promise<AsyncIterable<unknown>>,
): Stream<unknown> {
  let used = false;
  return {
    [Symbol.asyncIterator]() {
      if (used) throw new Fault("invalid_argument", "no", "a stream can be iterated once: call again");
      used = true;
      let running: Running | undefined;
      let left = false;
      const items = (async function* () {
        running = start(options, Infinity);
        const { wait, end } = running;
        let source: AsyncIterator<unknown> | undefined;
        try {
          source = await wait(async () => (await work(running!))[Symbol.asyncIterator]());
          for (;;) {
            const { done, value } = await wait(() => source!.next());
            if (done) return;
            yield value;
          }
        } catch (error) {
          if (!left) throw error;
        } finally {
          end();
          // What an interceptor has put around the items may have something to close.
          source?.return?.().catch(() => {});
        }
      })();
      const leave = items.return;
      items.return = (value) => {
        // The generator alone would first wait for an item that is on its way.
        left = true;
        running?.end();
        return leave.call(items, value);
      };
      return items;
    },
  };
}

async function* items(
  response: Response,
  method: Partial<Method>,
  limit: number,
): AsyncGenerator<unknown> {
  // What the backend promises; without it, silence says nothing.
  const silence = 3 * Number(response.headers.get("traitwire-heartbeat"));
  for await (const [name, data] of events(audible(pieces(response), silence), limit)) {
    if (name === "end") return;
    if (name === "failed") throw readProblem(data, method.error) ?? notOurs(data);
    if (name && name !== "message") throw notOurs(`event ${name}`);
    yield parse(data, method.reply);
  }
  throw new Fault("disconnected", "maybe", "the stream was cut");
}

/** The pieces, of which none may be longer in coming than `ms`. */
function audible(source: AsyncGenerator<Uint8Array>, ms: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve, reject) => {
          const silent = (): void =>
            reject(new Fault("disconnected", "maybe", "nothing came for three heartbeats"));
          const timer = ms > 0 && ms < MAX_TIMER_MS && setTimeout(silent, ms);
          source.next().then(resolve, reject).finally(() => clearTimeout(timer || 0));
        }),
      return: () => source.return(undefined),
    }),
  };
}
