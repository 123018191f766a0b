// The first pages of a PDF as pictures, which the server draws: a browser gives scripts nothing of such a file.
import { ask } from "./ask.js";
import { fileOf } from "./bytes.js";
import { startOf } from "./kinds.js";
import { tooLarge } from "./prepare.js";

/** @param {{ name: string, type: string }} file */
export function isPdf({ name, type }) {
  return type === "application/pdf" || (!type && /\.pdf$/i.test(name)); // a page's picture is called so too
}

/** Returns { files }, a picture a page; { error } with what is wrong; or both, where the pages after these are left out.
 * @param {File} file
 * @param {(upload: { binary: true, data: { file: File } }) => Promise<any>} draw asks the server
 * @param {HTMLElement} status
 * @param {() => boolean} isWanted
 */
export async function unfold(file, draw, status, isWanted) {
  if ((await startOf(file)) === null) return { error: { kind: "gone", name: file.name } };
  if (file.size > SENT_MAX) return { error: tooLarge() };
  const { pages, error } = (await ask(() => draw({ binary: true, data: { file } }), status, isWanted)) ?? {};
  if (!pages) return { error };
  const isAlone = pages.length === 1 && !error;
  const nameOf = (/** @type {number} */ i) => (isAlone ? file.name : `${file.name} ${i + 1}`);
  return {
    error,
    files: pages.map((/** @type {string} */ page, /** @type {number} */ i) => fileOf(page, nameOf(i), "image/jpeg")),
  };
}
