// Canvases that are painted and taken away as files.

/** The context of a new canvas.
 * @param {number} width in pixels, as is height
 * @param {number} height
 */
export function newContext(width, height) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** A canvas's picture, a PNG if nothing else is said; null where it is too large for the browser.
 * @param {HTMLCanvasElement} canvas
 * @param {string} [type]
 * @param {number} [quality] from 0 to 1
 * @returns {Promise<Blob | null>}
 */
export function blobOf(canvas, type, quality) {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}
