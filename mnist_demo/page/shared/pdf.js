// The first pages of a PDF as pictures, which the server draws: a browser gives scripts nothing of such a file.
import { ask } from "./channel.js";

const SENT_MAX = 14e6; // bytes; the server takes requests of 15 MB

export function isPdf({ name, type }) {
  return type === "application/pdf" || (!type && /\.pdf$/i.test(name)); // a page's picture is called so too
}

// Returns { files }, a picture a page, or { error } with words for the file's owner. `draw` asks the server.
export async function unfold(file, draw, status, isWanted) {
  if (file.size > SENT_MAX) return { error: T("batch_large") };
  const { pages, error } = (await ask(() => draw({ binary: true, data: { file } }), status, isWanted)) ?? {};
  if (!pages) return { error: error && translate(error) };
  return { files: pages.map((page, i) => picture(page, pages.length > 1 ? `${file.name} ${i + 1}` : file.name)) };
}

function picture(page, name) {
  const bytes = Uint8Array.from(atob(page), (character) => character.charCodeAt(0));
  return new File([bytes], name, { type: "image/jpeg" });
}
