// Files and pixels go between page and server as base64.

/** @param {string} base64 */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/**
 * @param {string} base64
 * @param {string} name
 * @param {string} type such as "image/webp"
 */
export function fileOf(base64, name, type) {
  return new File([bytesOf(base64)], name, { type });
}

/** @param {Iterable<number>} bytes */
export function base64Of(bytes) {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
