// Makes a file ready to be sent: browsers open more kinds of pictures than the server, and what is larger than the
// reader uses is reduced here.
import { blobOf, newContext } from "./canvas.js";
import { HEIC, READABLE, TRANSPARENT, startOf } from "./kinds.js";

const AS_IT_IS = 1e6; // bytes of a picture that is not worth reducing
const PIXELS_AS_THEY_ARE = 12e6; // likewise; a flat picture of more has few bytes, and takes the server much to unpack
const PIXELS = 3e6; // of a reduced one: what the reader reduces to itself, with some to spare for its quality
const QUALITY = 0.85; // of what is sent then, in [0, 1]
const DRAWN_SIDE = 1200; // pixels of a vector drawing, which has no size of its own

/** The picture of a file as an image element, ready to be shown; null where it is none. The browser holds all its pixels
 * as long as it is shown, so of a large file one that is reduced is shown.
 * @param {Blob} file
 */
export async function load(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  const isPicture = await image.decode().then(
    () => true,
    () => false,
  );
  URL.revokeObjectURL(image.src);
  return isPicture ? image : null;
}

/** Returns the file to send for a file, or { error } with what is wrong.
 * @param {File} file
 */
export async function prepare(file) {
  const start = await startOf(file);
  if (start === null) return { error: { kind: "gone", name: file.name } };
  const image = await decode(file);
  const sent = await sendable(file, start, image);
  if (image instanceof ImageBitmap) image.close();
  return sent;
}

/** A file's picture, to be painted; null where it is none.
 * @param {File} file
 */
function decode(file) {
  return createImageBitmap(file).catch(() => load(file)); // vector drawings can be loaded alone
}

/**
 * @param {File} file
 * @param {string} start
 * @param {ImageBitmap | HTMLImageElement | null} image
 */
function sendable(file, start, image) {
  const isVast = image && image.width * image.height > PIXELS_AS_THEY_ARE;
  if (READABLE.test(start) && file.size <= AS_IT_IS && !isVast) return file;
  if (image) return reduced(image, file, TRANSPARENT.test(start));
  if (HEIC.test(start)) return { error: { kind: "heic", name: file.name } };
  return file.size > SENT_MAX ? { error: tooLarge() } : file; // the server says what is wrong with it
}

// What is wrong with a file that the server would not take.
export function tooLarge() {
  return { kind: "heavy", megabytes: SENT_MAX / 1e6 };
}

/**
 * @param {ImageBitmap | HTMLImageElement} image
 * @param {File} file
 * @param {boolean} isTransparent
 */
async function reduced(image, file, isTransparent) {
  const isVector = file.type === "image/svg+xml";
  const [width, height] = [image.width || DRAWN_SIDE, image.height || DRAWN_SIDE];
  const scale = isVector ? DRAWN_SIDE / Math.max(width, height) : Math.min(1, Math.sqrt(PIXELS / (width * height)));
  const context = newContext(Math.round(scale * width), Math.round(scale * height));
  const { canvas } = context;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const kind = isTransparent ? "image/webp" : "image/jpeg";
  const blob = await blobOf(canvas, kind, QUALITY);
  canvas.width = 0; // lets its pixels go at once
  return blob ? new File([blob], file.name, { type: blob.type }) : { error: tooLarge() };
}
