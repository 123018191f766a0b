// Pictures that the components ask for, made of what the model computes.
import { base64Of } from "../document/shared/bytes.js";

const SHOWN_SIDE = 480; // pixels: the longest side of a step's picture
const [HOT, FAINT, OPAQUE] = [[255, 48, 0], 0.1, 216]; // the heat's colour; of it what is not shown; where it is hottest
const MAPS_SHOWN = 9; // of each layer
const [SIDE, REACH, SPREAD] = [28, 3, 0.9]; // pixels: of a digit's image; and of what smooths its saliency

export async function base64OfFile(blob) {
  return base64Of(new Uint8Array(await blob.arrayBuffer()));
}

async function dataUrl(blob) {
  return `data:${blob.type};base64,${await base64OfFile(blob)}`;
}

// A digit's image, values in [0, 1], as base64 of its bytes.
export function encode(image) {
  return base64Of(image.map((value) => Math.round(255 * value)));
}

// The saliency of an image, a little smoothed, as base64 of signed bytes; its strongest value is 127 or -127.
export function encodeSigned(saliency) {
  const smoothed = blurred(blurred(saliency, 1), SIDE);
  const most = Math.max(...smoothed.map(Math.abs), 1e-9);
  return base64Of(smoothed.map((value) => Math.round((127 * value) / most) & 255));
}

// Values blurred along one axis, whose neighbours are `step` apart; what is at the edge goes on beyond it.
function blurred(values, step) {
  const offsets = Array.from({ length: 2 * REACH + 1 }, (_, i) => i - REACH);
  const kernel = offsets.map((offset) => Math.exp(-0.5 * (offset / SPREAD) ** 2));
  const whole = kernel.reduce((sum, weight) => sum + weight, 0);
  return Array.from(values, (_, i) => {
    const at = Math.floor(i / step) % SIDE;
    const near = (offset) => values[i + step * (Math.min(SIDE - 1, Math.max(0, at + offset)) - at)];
    return offsets.reduce((sum, offset, k) => sum + (kernel[k] / whole) * near(offset), 0);
  });
}

// A canvas whose pixel i is pixel(i): red, green, blue and alpha.
function painted(width, height, pixel) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) image.data.set(pixel(i), 4 * i);
  context.putImageData(image, 0, 0);
  return canvas;
}

async function shown(canvas) {
  const scale = Math.min(1, SHOWN_SIDE / Math.max(canvas.width, canvas.height));
  const small = new OffscreenCanvas(Math.round(scale * canvas.width), Math.round(scale * canvas.height));
  small.getContext("2d").drawImage(canvas, 0, 0, small.width, small.height);
  return dataUrl(await small.convertToBlob({ type: "image/webp", quality: 0.8 }));
}

// A page as a picture, and the heat on it as one to lay over it.
export async function glow({ grey, width, height }, { data, shape: [rows, columns] }) {
  const opacity = (i) => OPAQUE * Math.max(0, (data[i] - FAINT) / (1 - FAINT));
  return {
    picture: await shown(painted(width, height, (i) => [grey[i], grey[i], grey[i], 255])),
    heat: await shown(painted(columns, rows, (i) => [...HOT, opacity(i)])),
  };
}

// The maps of a layer's responses with the strongest spots, in their order, side by side; the peak of each is white.
export async function maps({ data, shape: [, side, , channels] }) {
  const peaks = new Float32Array(channels);
  data.forEach((value, i) => (peaks[i % channels] = Math.max(peaks[i % channels], value)));
  const strongest = [...peaks.keys()]
    .sort((a, b) => peaks[b] - peaks[a])
    .slice(0, MAPS_SHOWN)
    .sort((a, b) => a - b);
  const canvas = painted(strongest.length * side, side, (i) => {
    const [x, y] = [i % (strongest.length * side), Math.floor(i / (strongest.length * side))];
    const channel = strongest[Math.floor(x / side)];
    const shade = (255 * data[(y * side + (x % side)) * channels + channel]) / Math.max(peaks[channel], 1e-6);
    return [shade, shade, shade, 255];
  });
  return dataUrl(await canvas.convertToBlob());
}
