// How a digit is worded and painted: the same thresholds and the same words everywhere.
import { bytesOf } from "./bytes.js";

/** @type {Reading} */
export const EMPTY = { text: "", digits: [] };
export const UNSURE_BELOW = 0.8; // confidence; of 1,984 digits of all sets 9% are below it, and more than half of the wrong ones

/** Whether a mark is a digit, not another sign of numbers, nor none of both.
 * @param {Pick<Digit, "label">} mark
 */
export function isDigit({ label }) {
  return label !== null && /\d/.test(label);
}

/** @param {Digit} digit */
export function isUnsure(digit) {
  return isDigit(digit) && digit.confidence < UNSURE_BELOW;
}

/** Whether most boxes are narrower than a width.
 * @param {Digit["box"][]} boxes
 * @param {number} least
 */
export function areNarrow(boxes, least) {
  return boxes.filter(([left, , right]) => right - left < least).length > boxes.length / 2;
}

/** @param {number} probability */
export function percent(probability) {
  return `${Math.round(100 * probability)}%`;
}

/** The labels that a digit could have, likeliest first.
 * @param {Pick<Digit, "probabilities">} digit
 */
export function ranked({ probabilities }) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).map(String);
}

/** The likeliest other label.
 * @param {Pick<Digit, "label" | "probabilities">} digit
 */
export function runnerUp(digit) {
  return ranked(digit).filter((label) => label !== digit.label)[0];
}

/** @param {Digit} digit */
export function describe(digit) {
  if (digit.label === null) return T("not_digit");
  if (isUnsure(digit)) return T("perhaps", { label: digit.label, other: runnerUp(digit) });
  return `${digit.label}, ${percent(digit.confidence)}`;
}

/** Paints a digit's 28x28 image in white, the more opaque the more ink.
 * @param {HTMLCanvasElement} canvas 28x28
 * @param {string} image
 */
export function paintDigit(canvas, image) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = context.createImageData(28, 28);
  bytesOf(image).forEach((grey, i) => pixels.data.set([255, 255, 255, grey], 4 * i));
  context.putImageData(pixels, 0, 0);
}
