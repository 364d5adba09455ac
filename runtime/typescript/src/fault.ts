// What can end a call, if not its reply?

/** What went wrong, and so what the caller can do. The same words as on the wire and in Rust. */
export type FaultKind =
  | "unauthenticated"
  | "permission_denied"
  | "invalid_argument"
  | "too_large"
  | "unimplemented"
  | "incompatible"
  | "overloaded"
  | "deadline_exceeded"
  | "cancelled"
  | "disconnected"
  | "bad_reply"
  | "internal";

/**
 * Whether the handler may have run, which decides if a call can be made again: `"no"` if it did not,
 * `"maybe"` if it did or may have.
 */
export type Executed = "no" | "maybe";

/** What differs between a frontend and a backend that cannot talk. */
export interface Incompatibility {
  readonly interface: string;
  /** Left out when the interface as a whole was refused. */
  readonly method?: string;
  /** The version that is needed; for `other_series` the series, such as `v2`. */
  readonly need: string;
  /** The versions that are offered. */
  readonly offers: readonly string[];
  readonly reason: "other_series" | "newer_needed" | "prerelease" | (string & {});
  /** Where the fix is `upgrade_frontend`, a page should be loaded again. */
  readonly fix: "upgrade_frontend" | "upgrade_backend" | "use_same_version" | (string & {});
  /** Whether the same call may succeed when the backend has been upgraded. */
  readonly retryable: boolean;
}

/** What is known of a fault beyond its kind. */
export interface FaultDetails {
  readonly path?: string | undefined;
  readonly incompatibility?: Incompatibility | undefined;
  readonly retryAfterMs?: number | undefined;
  /** What caused it, such as the error that `fetch` threw. */
  readonly cause?: unknown;
}

/** Everything that can end a call besides its reply and its declared error. */
export class Fault extends Error {
  declare readonly type: "fault";
  /** What went wrong. There may be more kinds one day, so a `switch` needs a `default`. */
  declare readonly kind: FaultKind;
  /** Whether the handler may have run. */
  declare readonly executed: Executed;
  /** Where in the arguments or the reply the value stands that was not understood: `filter.kinds[2]`. */
  declare readonly path: string | undefined;
  /** What differs, if the kind is `incompatible`. */
  declare readonly incompatibility: Incompatibility | undefined;
  /** How long the backend asks to wait before the next try, if it says so. */
  declare readonly retryAfterMs: number | undefined;

  constructor(
    kind: FaultKind,
    executed: Executed,
    message: string,
    { cause, ...details }: FaultDetails = {},
  ) {
    super(message, { cause });
    Object.assign(this, details, { name: "Fault", type: "fault", kind, executed });
  }
}

/** The error that the method declares and the handler returned, of the declared type. */
export class DeclaredError<E = unknown> extends Error {
  declare readonly type: "declared";
  /** The error, with the same value as in the handler. */
  declare readonly data: E;
  /** The HTTP status that went with it; for people, programs read `data`. */
  declare readonly status: number;
  /** The handler has run; what it did before it failed is its own affair. */
  declare readonly executed: "maybe";

  constructor(data: E, status: number) {
    // Its beginning, for logs; programs read `data`.
    const digits = (_: string, value: unknown): unknown =>
      typeof value === "bigint" ? String(value) : value;
    super(`declared error: ${JSON.stringify(data, digits)?.slice(0, 200)}`);
    Object.assign(this, { name: "DeclaredError", type: "declared", data, status, executed: "maybe" });
  }
}

/** Why a call did not bring its reply. `error.type` tells the two apart. */
export type CallError<E> = DeclaredError<E> | Fault;
