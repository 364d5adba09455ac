// What does a frontend show a backend?

import { Fault } from "./fault.js";

/**
 * A bearer token, or what gives one. A function is asked before each call, so it should keep the token
 * for as long as it is good; with `refresh`, the backend has refused the one that it gave.
 */
export type Token =
  | string
  | ((ask: { readonly refresh: boolean }) => string | undefined | Promise<string | undefined>);

/** The token for a call; if `refused` is given, another than that, or undefined if there is none. */
export type Tokens = (refused?: string) => Promise<string | undefined>;

/** Asks for tokens. Calls that are refused at the same time share one refresh. */
export function tokens(source: Token | undefined): Tokens {
  let latest: string | undefined;
  let refreshing: Promise<unknown> | undefined;
  let refreshes = 0;
  const ask = async (refresh: boolean): Promise<void> => {
    const count = (refreshes += +refresh);
    try {
      const token = typeof source === "function" ? await source({ refresh }) : source;
      // What was asked for before a refresh, and comes after it, is the old one.
      if (count === refreshes) latest = token;
    } catch (cause) {
      throw new Fault("unauthenticated", "no", "the token function failed", { cause });
    }
  };
  return async (refused) => {
    // Another call may have had the token refreshed since this one was sent.
    if (refused === undefined) await (refreshing ?? ask(false));
    else if (latest === refused) {
      refreshing ??= ask(true).finally(() => {
        refreshing = undefined;
      });
      await refreshing;
    }
    return latest === refused ? undefined : latest;
  };
}
