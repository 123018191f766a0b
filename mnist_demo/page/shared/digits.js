// How a digit is worded and painted: the same thresholds and the same words everywhere.
import { bytesOf } from "./bytes.js";

export const EMPTY = { text: "", digits: [] };
export const UNSURE_BELOW = 0.8;

// Whether a mark is a digit, not another sign of numbers, nor none of both.
export function isDigit({ label }) {
  return label !== null && /\d/.test(label);
}

export function isUnsure(digit) {
  return isDigit(digit) && digit.confidence < UNSURE_BELOW;
}

export function percent(probability) {
  return `${Math.round(100 * probability)}%`;
}

// The labels that a digit could have, likeliest first.
export function ranked({ probabilities }) {
  return [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).map(String);
}

export function runnerUp(digit) {
  return ranked(digit).find((label) => label !== digit.label);
}

export function describe(digit) {
  if (digit.label === null) return T("not_digit");
  if (isUnsure(digit)) return T("perhaps", { label: digit.label, other: runnerUp(digit) });
  return `${digit.label}, ${percent(digit.confidence)}`;
}

// The 28x28 image: base64 of its grey values, ink = 255, painted in the theme's ink over the card.
export function paintDigit(canvas, image) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  bytesOf(image).forEach((grey, i) => pixels.data.set([255, 255, 255, grey], 4 * i));
  context.putImageData(pixels, 0, 0);
}
