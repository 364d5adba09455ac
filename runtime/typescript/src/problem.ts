// How does a failure look as `application/problem+json` (RFC 9457)?

import { type Codec, type CodecObject, readPart } from "./codec.js";
import { type CallError, DeclaredError, Fault, type FaultKind } from "./fault.js";
import { parse } from "./parse.js";

/** The failure that a problem document tells of; undefined if it is not one of ours. */
export function readProblem(
  text: string,
  error: Codec | undefined,
  retryAfter?: string | null,
): CallError<unknown> | undefined {
  const problem: any = parse(text, error && withError(error)) ?? {};
  const { code, status, incompatibility } = problem;
  if (typeof code !== "string" || problem.type !== `urn:traitwire:${code}`) return undefined;
  if (code === "declared") {
    return Object.hasOwn(problem, "error")
      ? new DeclaredError(problem.error, typeof status === "number" ? status : 422)
      : undefined;
  }
  const executed = problem.executed === "no" ? "no" : "maybe";
  return new Fault(code as FaultKind, executed, textOf(problem.detail) ?? code, {
    path: textOf(problem.path),
    incompatibility: Array.isArray(incompatibility?.offers) ? incompatibility : undefined,
    retryAfterMs: retryAfter ? waitOf(retryAfter) : undefined,
  });
}

function textOf(member: unknown): string | undefined {
  return typeof member === "string" ? member : undefined;
}

/** Of a document with a declared error. */
function withError(error: CodecObject): Codec {
  return {
    own: 1,
    parts: () => [error],
    read(document, reading) {
      if (Object.hasOwn(document, "error")) readPart(error, document, "error", reading);
      return document;
    },
  };
}

/** What `Retry-After` asks for, in seconds or as a date. */
function waitOf(text: string): number {
  return Math.max(0, Number(text) * 1000 || Date.parse(text) - Date.now()) || 0;
}
