// From a file to upright grey, as mnist_demo/picture/grey.py has it; the browser decodes it, and turns it by its EXIF data.
import { READABLE, startOf } from "../document/shared/kinds.js";

const PIXELS_MAX = 50e6; // of a picture that is read at all
const SIDE_MAX = 20000; // pixels, likewise
const WORK_PIXELS = 1.2e6; // a larger picture is reduced to so many; the model halves what has one more
const COLOUR_SIDE = 256; // pixels; the picture is reduced to this to see how ink and paper differ in colour
const COLOUR_GAIN = 3; // times the luma's contrast, as a variance, that another mixture of colours must have, as in grey.py
const LUMA = [0.299, 0.587, 0.114];

// A picture cannot be read: what is wrong, as the page takes it.
export class PictureError extends Error {
  constructor(facts) {
    super(facts.kind);
    this.facts = facts;
  }
}

// Returns { grey, width, height, scale }: a byte a pixel, 255 is white; one of its pixels is `scale` of the file's wide.
// Throws PictureError where the file is none or too large.
export async function loadPage(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) throw new PictureError({ kind: await kindOf(file) });
  try {
    return pageOf(picture);
  } finally {
    picture.close();
  }
}

function pageOf(picture) {
  const pixels = picture.width * picture.height;
  if (pixels > PIXELS_MAX || Math.max(picture.width, picture.height) > SIDE_MAX) {
    throw new PictureError({ kind: "large", megapixels: PIXELS_MAX / 1e6, side: SIDE_MAX });
  }
  const scale = Math.max(1, Math.sqrt(pixels / WORK_PIXELS));
  const image = pixelsOf(
    picture,
    Math.max(1, Math.floor(picture.width / scale)),
    Math.max(1, Math.floor(picture.height / scale)),
  );
  const grey = greyOf(image.data, isColoured(image.data) ? mixtureOf(picture) : null);
  return { grey, width: image.width, height: image.height, scale: picture.width / image.width };
}

// What is wrong with a file that the browser cannot decode.
async function kindOf(file) {
  if (!file.size) return "empty";
  return READABLE.test(await startOf(file)) ? "damaged" : "foreign";
}

function pixelsOf(picture, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function isColoured(data) {
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return true;
  }
  return false;
}

// The mixture of colours, as weights of red, green and blue, that grey is made of: the luma, unless neighbouring pixels
// differ far more in another. That is the first principal component of the differences between neighbours.
function mixtureOf(picture) {
  const reduction = Math.max(1, Math.floor(Math.max(picture.width, picture.height) / COLOUR_SIDE));
  const { data, width, height } = pixelsOf(
    picture,
    Math.ceil(picture.width / reduction),
    Math.ceil(picture.height / reduction),
  );
  const covariance = covarianceOf(data, width, height);
  const along = (vector) => covariance.map((row) => dot(row, vector));
  let mixture = [...LUMA];
  for (let round = 0; round < 100; round++) mixture = scaled(along(mixture), Math.hypot(...along(mixture)) || 1);
  const luma = dot(LUMA, along(LUMA)) / dot(LUMA, LUMA);
  if (dot(mixture, along(mixture)) <= COLOUR_GAIN * luma) return null;
  const whole = mixture.reduce((total, weight) => total + Math.abs(weight), 0);
  return scaled(mixture, dot(mixture, LUMA) < 0 ? -whole : whole);
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (vector, by) => vector.map((value) => value / by);

function covarianceOf(data, width, height) {
  let [rr, gg, bb, rg, rb, gb] = [0, 0, 0, 0, 0, 0];
  const add = (i, j) => {
    const [r, g, b] = [data[j] - data[i], data[j + 1] - data[i + 1], data[j + 2] - data[i + 2]];
    [rr, gg, bb] = [rr + r * r, gg + g * g, bb + b * b];
    [rg, rb, gb] = [rg + r * g, rb + r * b, gb + g * b];
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 4 * (y * width + x);
      if (x + 1 < width) add(i, i + 4);
      if (y + 1 < height) add(i, i + 4 * width);
    }
  }
  const count = Math.max(1, 2 * width * height - width - height);
  return [
    [rr, rg, rb],
    [rg, gg, gb],
    [rb, gb, bb],
  ].map((row) => scaled(row, count));
}

function greyOf(data, mixture) {
  const grey = new Uint8ClampedArray(data.length / 4); // rounds, as Pillow does
  const lowest = mixture && 255 * mixture.reduce((total, weight) => total + Math.min(0, weight), 0);
  let isWhole = true;
  for (let i = 0; i < grey.length; i++) {
    const [red, green, blue, alpha] = [data[4 * i], data[4 * i + 1], data[4 * i + 2], data[4 * i + 3]];
    if (mixture) grey[i] = mixture[0] * red + mixture[1] * green + mixture[2] * blue - lowest;
    else grey[i] = (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
    isWhole &&= alpha === 255;
  }
  return isWhole ? grey : laidOver(grey, data);
}

// A transparent picture over white or black, whichever shows more of it.
function laidOver(grey, data) {
  let [dark, light] = [0, 0];
  for (let i = 0; i < grey.length; i++) {
    dark += data[4 * i + 3] * grey[i];
    light += data[4 * i + 3] * (255 - grey[i]);
  }
  const ground = light >= dark ? 255 : 0;
  return grey.map((value, i) => Math.round((value * data[4 * i + 3] + ground * (255 - data[4 * i + 3])) / 255));
}
