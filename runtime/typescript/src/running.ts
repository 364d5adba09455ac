// How does a call end when its caller gives up, or its time is over?

import type { CallOptions } from "./call.js";
import { type Executed, Fault, type FaultKind } from "./fault.js";
import type { Outgoing } from "./transport.js";

// How long a call with one reply may take unless it says otherwise.
const DEFAULT_TIMEOUT_MS = 30_000;

/** A call that has started and not ended. */
export interface Running {
  /** What interceptors and transports see of it. */
  readonly limits: Pick<Outgoing, "signal" | "deadline" | "sent">;
  /** Waits for work, but no longer than the call may take, and fails only with a `CallError`. */
  readonly wait: <T>(work: () => Promise<T>) => Promise<T>;
  /** Ends the call: what still runs is stopped, and no timer or listener stays behind. */
  readonly end: () => void;
}

/** Longer timers fire at once. */
export const MAX_TIMER_MS: number = 2 ** 31 - 1;

/** Starts the clock of a call. */
export function start(options: CallOptions, defaultMs: number): Running {
  try {
    return begin(options, defaultMs);
  } catch (error) {
    throw faultOf(error, "no");
  }
}

function begin({ signal: given, timeoutMs }: CallOptions, defaultMs: number): Running {
  const ms = timeoutMs ?? defaultMs;
  const controller = new AbortController();
  const { signal } = controller;
  let executed: Executed = "no";
  let stop: (() => void) | undefined;

  const abort = (kind: FaultKind, message: string, cause?: unknown): void => {
    controller.abort(new Fault(kind, executed, message, { cause }));
    stop?.();
  };
  const cancel = (): void => abort("cancelled", "the caller gave up", given?.reason);
  const late = (): void => abort("deadline_exceeded", "no reply came before the deadline");

  given?.addEventListener("abort", cancel);
  const timer = ms < MAX_TIMER_MS ? setTimeout(late, ms) : undefined;
  if (!(ms > 0)) late();
  if (given?.aborted) cancel();

  return {
    limits: {
      signal,
      deadline: performance.now() + ms,
      sent() {
        executed = "maybe";
      },
    },
    async wait(work) {
      try {
        // Not one promise for all: it would hold on to every item of a stream.
        return await new Promise((resolve, reject) => {
          signal.throwIfAborted();
          stop = reject;
          work().then(resolve, reject);
        });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw faultOf(error, executed);
      }
    },
    end() {
      clearTimeout(timer);
      given?.removeEventListener("abort", cancel);
      controller.abort();
      stop?.();
    },
  };
}

/** What a call rejects with if options, an interceptor or a token function threw this. */
function faultOf(error: any, executed: Executed): unknown {
  const isError = error instanceof Error;
  // Not by class: another copy of this package has classes of its own.
  if (isError && /^(fault|declared)$/.test((error as Error & { type?: any }).type)) return error;
  // Not all objects have a text.
  const said = isError || Object(error) !== error ? String(error) : typeof error;
  const kind = executed === "no" ? "invalid_argument" : "internal";
  return new Fault(kind, executed, said, { cause: error });
}

/** Makes a call that has one reply. */
export async function run<T>(
  options: CallOptions,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const running = start(options, DEFAULT_TIMEOUT_MS);
  try {
    return await running.wait(() => work(running));
  } finally {
    running.end();
  }
}
