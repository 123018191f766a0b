// Pictures dropped or pasted anywhere on the page: one opens in Photo, several in Batch, as do folders and MNIST's files.
// The browser itself would leave the page for them.
import { handOver } from "../../document/shared/handover.js";
import { mayHoldImages } from "../../document/shared/kinds.js";
import { currentTab } from "../../document/shared/tabs.js";

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
const mark = (isOver) => document.body.classList.toggle("dropping", isOver);

async function take({ items, files }) {
  // Both at once, as they go with the event.
  const entries = [...items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.());
  const given = [...files];
  const isMany = given.length > 1 || given.some(mayHoldImages) || entries.some((entry) => entry?.isDirectory);
  const all = isMany ? (await Promise.all(given.map((file, i) => unpacked(entries[i], file)))).flat() : given;
  handOver(isMany || currentTab() === "batch" ? "batch" : "photo", all);
}

// A file as it is; of a folder, and of those in it, what can be read.
async function unpacked(entry, file) {
  if (!entry?.isDirectory) return [file];
  const all = await filesIn(entry);
  return all.filter((one) => /^image\/|\/pdf$/.test(one.type) || mayHoldImages(one));
}

// What cannot be opened, as it is gone or may not be, is passed over.
function filesIn(entry) {
  return within(entry).catch(() => []);
}

async function within(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const inside = [];
  let more;
  do {
    more = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at most
    inside.push(...more);
  } while (more.length);
  inside.sort((one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }));
  return (await Promise.all(inside.map(filesIn))).flat();
}

document.addEventListener("dragover", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  mark(true);
});
document.addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
document.addEventListener("drop", (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  mark(false);
  take(event.dataTransfer);
});
document.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  take(event.clipboardData);
});
