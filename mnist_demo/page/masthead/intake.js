// Pictures dropped or pasted anywhere on the page: one opens in Photo, several in Batch. The browser itself would leave
// the page for them.
import { handOver } from "../../document/shared/handover.js";
import { currentTab } from "../../document/shared/tabs.js";

const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
const mark = (isOver) => document.body.classList.toggle("dropping", isOver);

function take(files) {
  if (files.length) handOver(files.length > 1 || currentTab() === "batch" ? "batch" : "photo", [...files]);
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
  take(event.dataTransfer.files);
});
document.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  take(event.clipboardData.files);
});
