// How does an integer of more digits than a `number` has get through `JSON.parse`?
//
// As a string that begins with a mark, as no string in the text does. A run of 16 digits covers every
// 16th character, so only these are looked at; whether a run stands in a string is found by hopping
// from quote to quote. Both are far faster than a regular expression that consumes the text.

/** A text for `JSON.parse`, in which integers are strings. */
export interface Marked {
  readonly text: string;
  /** What these strings begin with, once parsed. Empty if there are none. */
  readonly mark: string;
  /** How many there are. */
  readonly left: number;
}

/** Marks the integers of `digits` digits and more. */
export function markIntegers(text: string, digits: number): Marked {
  const isDigit = (at: number): boolean => (text.charCodeAt(at) ^ 48) < 10;
  let written = "";
  let marked = "";
  let left = 0;
  let copied = 0;
  let quote = text.indexOf('"');
  const beforeColon = /\s*:/y;

  for (let at = digits - 1; at < text.length; at += digits) {
    if (!isDigit(at)) continue;
    let start = at;
    while (isDigit(start - 1)) start--;
    while (isDigit(at + 1)) at++;
    const end = at + 1;
    // No integer begins with a zero, so the text is not JSON, and stays so.
    if (end - start < digits || (text[start] === "0" && end - start > 1)) continue;
    if (text[start - 1] === "-") start--;
    // Part of a real: its fraction, its exponent, or what stands before them.
    if (/[.eE+-]/.test(text.charAt(start - 1) + text.charAt(end))) continue;
    while (quote >= 0 && quote < start) {
      const close = endOfString(text, quote);
      if (close > start) at = close;
      quote = text.indexOf('"', close + 1);
    }
    if (at >= end) continue; // It stands in a string.
    // In the place of a name. As a string it would be one.
    beforeColon.lastIndex = end;
    if (beforeColon.test(text)) continue;
    written ||= markFor(text);
    marked += `${text.slice(copied, start)}"${written}${text.slice(start, end)}"`;
    copied = end;
    left++;
  }
  return { text: marked + text.slice(copied), mark: written && JSON.parse(`"${written}"`), left };
}

/** The quote that closes a string, or the end of the text. */
function endOfString(text: string, quote: number): number {
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
    let escapes = quote;
    while (text[escapes - 1] === "\\") escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
  }
}

/**
 * A mark, as it is written. JSON has only one way to write these characters, so no string begins with
 * what the text does not contain. A peer cannot foresee the mark, and so cannot make it long.
 */
function markFor(text: string): string {
  let mark = "\\u0000";
  while (text.includes(mark)) mark += "\\u000" + ((Math.random() * 8) | 0);
  return mark;
}
