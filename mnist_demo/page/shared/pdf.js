// The first pages of a PDF as pictures, which the server draws: a browser gives scripts nothing of such a file.
import { ask } from "./ask.js";
import { fileOf } from "./bytes.js";
import { tooLarge } from "./prepare.js";

export function isPdf({ name, type }) {
  return type === "application/pdf" || (!type && /\.pdf$/i.test(name)); // a page's picture is called so too
}

// Returns { files }, a picture a page, or { error } with words for the file's owner. `draw` asks the server.
export async function unfold(file, draw, status, isWanted) {
  if (file.size > SENT_MAX) return { error: tooLarge() };
  const { pages, error } = (await ask(() => draw({ binary: true, data: { file } }), status, isWanted)) ?? {};
  if (!pages) return { error: error && translate(error) };
  const nameOf = (i) => (pages.length > 1 ? `${file.name} ${i + 1}` : file.name);
  return { files: pages.map((page, i) => fileOf(page, nameOf(i), "image/jpeg")) };
}
