// How do bytes cross as text?

/** The base64 of bytes, with padding. */
export function toBase64(data: Uint8Array): string {
  let text = "";
  // A function takes only so many arguments.
  for (let at = 0; at < data.length; at += 8192) {
    // `apply`, for spreading is several times slower.
    text += String.fromCharCode.apply(null, data.subarray(at, at + 8192) as unknown as number[]);
  }
  return btoa(text);
}

/** The bytes that base64 stands for; undefined if it is none, or not written in the one right way. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text);
    // `atob` forgives spaces and missing padding.
    if (btoa(binary) === text) {
      const data = new Uint8Array(binary.length);
      for (let at = 0; at < data.length; at++) data[at] = binary.charCodeAt(at);
      return data;
    }
  } catch {
    // Not base64 at all.
  }
  return undefined;
}
