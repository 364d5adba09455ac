// What does reading integers without loss cost, against plain `JSON.parse`?

import { type Codec, fields, int64, list } from "../src/index.js";
import { parse } from "../src/parse.js";

/** Speeds as parts of that of plain `JSON.parse` in the same run. */
export interface Ratios {
  /** 2 MB with 20,000 integers of 19 digits. At least 0.1 in Node 20, 0.2 in Chromium. */
  readonly big: number;
  /** The same codec, but no integer is long. */
  readonly small: number;
  /** The same text, but nothing in the schema has 64 bits. At least 0.95. */
  readonly none: number;
}

/** Measures lower quartiles, for other work on the machine only adds, in turns of changing order. */
export function measure(turns = 31): Ratios {
  const rows = (digits: (n: number) => string): string =>
    `[${Array.from({ length: 20_000 }, (_, n) => `{"id":${digits(n)},"name":"Model number ${n}","place":"Harbour \\"District\\"","ratio":0.30000000000000004}`)}]`;
  const big = rows((n) => String(9007199254740993n + BigInt(n) * 7919n));
  const small = rows(String);
  const ids: Codec = list(fields({ id: int64 }));
  const works = [
    () => JSON.parse(big),
    () => parse(big, ids),
    () => JSON.parse(small),
    () => parse(small, ids),
    () => parse(small, null),
  ];
  const times: number[][] = works.map(() => []);
  for (let turn = 0; turn < turns; turn++) {
    // Each begins as often as the others, for what one leaves behind is collected while the next runs.
    for (let n = 0; n < works.length; n++) {
      const at = (turn + n * (1 + (turn % (works.length - 1)))) % works.length;
      const start = performance.now();
      works[at]!();
      times[at]!.push(performance.now() - start);
    }
  }
  const [plainBig, readBig, plainSmall, readSmall, readNone] = times.map(
    (all) => all.sort((a, b) => a - b)[all.length >> 2]!,
  ) as [number, number, number, number, number];
  return { big: plainBig / readBig, small: plainSmall / readSmall, none: plainSmall / readNone };
}
