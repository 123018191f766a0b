// Canvases that are painted and taken away as files.

const LOOKED_AT = 64; // pixels a side that a picture is reduced to, to see what ground it needs

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

/** The colour, of the palette, of the ground that a picture shows on: it may be transparent, and its ink light. The reader
 * lays it over white or black likewise.
 * @param {CanvasImageSource} picture
 */
export function groundOf(picture) {
  const context = newContext(LOOKED_AT, LOOKED_AT);
  context.drawImage(picture, 0, 0, LOOKED_AT, LOOKED_AT);
  const { data } = context.getImageData(0, 0, LOOKED_AT, LOOKED_AT);
  let [onWhite, isWhole] = [0, true]; // how much more of it shows on white than on black
  for (let i = 0; i < data.length; i += 4) {
    onWhite += data[i + 3] * (382.5 - data[i] - data[i + 1] - data[i + 2]);
    isWhole &&= data[i + 3] === 255;
  }
  return isWhole || onWhite >= 0 ? "paper" : "slate";
}
