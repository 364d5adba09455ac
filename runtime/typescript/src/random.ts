// Which values does a test try? (For tests only; no part of the bundle.)

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The text of a random JSON value, with all that is hard to read. */
export function randomJson(random: () => number, depth = 4): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const digits = (n: number): string =>
    pick("123456789".split("")) + Array.from({ length: n - 1 }, () => pick("0123456789".split(""))).join("");
  const string = (): string =>
    `"${Array.from({ length: Math.floor(random() * 5) }, () =>
      pick([
        "a", "é", "\u{1f600}", "\\\"", "\\\\", "\\n", "\\u0000", "\\u0000\\u0003", "\\u0031", "\\/",
        digits(16), digits(20), "-", ".", ",", ":", "[", "{", " ", "1e5",
      ]),
    ).join("")}"`;
  const space = (): string => pick(["", "", "", " ", "\n\t"]);
  switch (Math.floor(random() * (depth > 0 ? 8 : 6))) {
    case 0:
      return pick(["null", "true", "false"]);
    case 1:
      return string();
    case 2:
      return pick(["", "-"]) + digits(1 + Math.floor(random() * 39));
    case 3:
      return pick(["0", "-0", "9007199254740991", "9007199254740992", "-9007199254740993"]);
    case 4:
      return `${pick(["", "-"])}${pick(["0", digits(1), digits(18)])}.${digits(1 + Math.floor(random() * 20))}`;
    case 5:
      return `${digits(1 + Math.floor(random() * 17))}${pick(["e", "E"])}${pick(["", "+", "-"])}${pick(["0", "12", "0000000000000000001"])}`;
    case 6: {
      const items = Array.from({ length: Math.floor(random() * 5) }, () => randomJson(random, depth - 1));
      return `[${space()}${items.join(`${space()},${space()}`)}${space()}]`;
    }
    default: {
      const names = ["\"a\"", "\"__proto__\"", "\"constructor\"", string(), string()].slice(Math.floor(random() * 5));
      const members = names.map((name) => `${name}${space()}:${space()}${randomJson(random, depth - 1)}`);
      return `{${space()}${members.join(`${space()},${space()}`)}${space()}}`;
    }
  }
}

/** Reads JSON a character at a time: slow, and plainly right. Integers outside the safe range are exact. */
export function referenceParse(text: string): unknown {
  let at = 0;
  const skip = (): void => {
    while (" \n\r\t".includes(text[at] ?? "x")) at++;
  };
  const value = (): unknown => {
    skip();
    const first = text[at];
    if (first === '"') {
      const from = at++;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      return JSON.parse(text.slice(from, ++at));
    }
    if (first === "[" || first === "{") {
      const items: unknown[] = [];
      const members: [string, unknown][] = [];
      at++;
      for (skip(); text[at] !== "]" && text[at] !== "}"; skip()) {
        if (text[at] === ",") at++;
        if (first === "[") items.push(value());
        else {
          const name = value() as string;
          skip();
          at++;
          members.push([name, value()]);
        }
      }
      at++;
      return first === "[" ? items : Object.fromEntries(members);
    }
    const from = at;
    while (/[^\s,\]}]/.test(text[at] ?? ",")) at++;
    const word = text.slice(from, at);
    if (!/^-?\d+$/.test(word)) return JSON.parse(word);
    return Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word);
  };
  return value();
}
