// When is a call made again?

import { Fault } from "./fault.js";
import { MAX_TIMER_MS } from "./running.js";
import type { Interceptor, Outgoing } from "./transport.js";

/** How often and how fast calls are made again. */
export interface RetryOptions {
  /** How often a call is made at most, the first time included. Default: 3. */
  readonly attempts?: number | undefined;
  /**
   * The longest pause before the second attempt, in milliseconds; it doubles with each, and begins sixteen
   * times as high if the backend is gone. Default: 100.
   */
  readonly baseMs?: number | undefined;
  /** The longest pause of all, in milliseconds, unless the backend asks for more. Default: 5,000. */
  readonly maxMs?: number | undefined;
}

// Retries are at most a tenth of all calls in the long run, so that they cannot keep down a backend
// that has too much to do.
const BUDGET = 10;
const SHARE = 0.1;

/**
 * Makes a call again where that may help and does nothing twice: the backend has too much to do or was
 * not reached, and the handler did not run or the method is `readonly` or `idempotent`; or the backend is
 * about to be upgraded. Pauses are random up to a limit that doubles, on top of what the backend asks for. A backend
 * that is gone is so for all of its frontends: then the limit is sixteen times as high, so that they do not
 * come back in one moment. All attempts share the call's deadline. A stream that has begun is not begun again.
 *
 * The budget of retries belongs to the interceptor, so use one for all clients of a backend.
 */
export function retry({ attempts = 3, baseMs = 100, maxMs = 5_000 }: RetryOptions = {}): Interceptor {
  let budget = BUDGET;
  return async (call, next) => {
    budget = Math.min(BUDGET, budget + SHARE);
    let mayHaveRun = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(call);
      } catch (error) {
        const fault = (error ?? {}) as Fault;
        const left = call.deadline - performance.now();
        const asked = fault.retryAfterMs ?? 0;
        const doubled = baseMs * 2 ** (attempt + (fault.kind === "disconnected" ? 3 : -1));
        // As much chance as there is time for.
        const pause = asked + Math.random() * Math.min(maxMs, doubled, left - asked);
        const inTime = pause < MAX_TIMER_MS && pause < left;
        // Nobody waits for a call that was given up, whatever it failed with.
        const goOn = attempt < attempts && budget >= 1 && inTime && !call.signal.aborted;
        if (!goOn || !mayHelp(fault, call)) {
          // That this attempt did nothing says nothing of the earlier ones.
          throw mayHaveRun && fault.executed === "no"
            ? new Fault(fault.kind, "maybe", fault.message, { ...fault, cause: fault })
            : error;
        }
        mayHaveRun ||= fault.executed !== "no";
        budget--;
        await new Promise((resolve) => {
          const timer = setTimeout(resolve, pause);
          // Nobody waits for it any more, but the timer would keep a program alive.
          call.signal.addEventListener("abort", () => clearTimeout(timer));
        });
      }
    }
  };
}

function mayHelp({ kind, executed, incompatibility }: Fault, { method }: Outgoing): boolean {
  return kind === "overloaded" || kind === "disconnected"
    ? executed === "no" || !!(method.readonly || method.idempotent)
    : executed === "no" && !!incompatibility?.retryable;
}
