// What can be taken away from the page: text for the clipboard, and the picture with its reading as a PNG.
import { blobOf, newContext } from "./canvas.js";
import { colour } from "./palette.js";

const WIDTH = 1200; // pixels of that picture
const HEIGHT_MAX = 1200; // pixels of what was read in it
const CAPTION = 220; // pixels of the line below

/** Copies a text and tells whether that was possible. Only secure pages have navigator.clipboard.
 * @param {string} text
 */
export async function copy(text) {
  const copied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  if (copied) return true;
  const area = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  (document.querySelector("dialog[open]") ?? document.body).append(area); // what is outside an open dialog takes no focus
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

/** The picture that a text was read in, and the text below it.
 * @param {Blob} picture
 * @param {string} text
 */
export async function captioned(picture, text) {
  const image = await createImageBitmap(picture);
  const scale = Math.min(WIDTH / image.width, HEIGHT_MAX / image.height);
  const [width, height] = [scale * image.width, scale * image.height];
  const context = newContext(WIDTH, height + CAPTION);
  const { canvas } = context;
  context.fillStyle = colour("paper");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, (WIDTH - width) / 2, 0, width, height);
  context.fillStyle = colour("on-paper");
  context.textAlign = "center";
  const line = text.replace(/\n/g, "   ");
  context.font = "600 140px Digits, system-ui, sans-serif";
  const size = 140 * Math.min(1, (WIDTH - 80) / context.measureText(line).width);
  context.font = `600 ${size}px Digits, system-ui, sans-serif`;
  context.fillText(line, WIDTH / 2, height + CAPTION / 2 + 0.35 * size);
  const blob = /** @type {Blob} */ (await blobOf(canvas));
  return new File([blob], `${text.replace(/[^\d.,-]+/g, "_")}.png`, { type: blob.type });
}

/** @param {File} file */
export function save(file) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Opens the system's sheet for sharing, with the picture where that takes files. Who closes it has not failed.
 * @param {string} text
 * @param {File} file
 */
export async function share(text, file) {
  const files = [file];
  const what = navigator.canShare?.({ files }) ? { text, files } : { text };
  await navigator.share(what).catch(() => {});
}
