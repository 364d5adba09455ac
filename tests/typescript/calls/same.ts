// Are two values the same, to the last bit and to the type?

/** Where two values differ and how; nothing if they are the same. */
export function difference(came: unknown, expected: unknown, path = "it"): string | undefined {
  if (Object.is(came, expected)) return undefined;
  if (!isObject(came) || !isObject(expected)) return differ(came, expected, path);
  if (came instanceof Uint8Array || expected instanceof Uint8Array) {
    return sameBytes(came, expected) ? undefined : differ(came, expected, path);
  }
  if (Array.isArray(came) !== Array.isArray(expected)) return differ(came, expected, path);
  const names = Reflect.ownKeys(came);
  for (const name of Reflect.ownKeys(expected)) {
    if (!names.includes(name)) return `${path} lacks ${String(name)}`;
  }
  for (const name of names) {
    const wanted = Object.getOwnPropertyDescriptor(expected, name);
    if (wanted === undefined) return `${path} has ${String(name)} too`;
    const found = Object.getOwnPropertyDescriptor(came, name);
    const inside = difference(found?.value, wanted.value, `${path}.${String(name)}`);
    if (inside !== undefined) return inside;
  }
  // An array of the wrong prototype, or an object with a prototype from the wire.
  const prototype: unknown = Object.getPrototypeOf(came);
  const plain = Array.isArray(came) ? [Array.prototype] : [Object.prototype, null];
  return plain.includes(prototype as object | null) ? undefined : `${path} has a prototype of its own`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function sameBytes(a: object, b: object): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false;
  return a.every((byte, index) => byte === b[index]);
}

function differ(came: unknown, expected: unknown, path: string): string {
  return `${path} is ${shown(came)}, not ${shown(expected)}`;
}

/** A value for people: `-0`, `5n` and bytes are told from `0`, `5` and objects. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (Object.is(value, -0)) return "-0";
  if (value instanceof Uint8Array) return `${value.length} bytes [${value.slice(0, 8).join()}..]`;
  if (typeof value === "string") return JSON.stringify(value.slice(0, 80));
  if (isObject(value) && !Array.isArray(value)) return `{ ${Object.keys(value).slice(0, 8).join(", ")} }`;
  return String(value).slice(0, 80);
}
