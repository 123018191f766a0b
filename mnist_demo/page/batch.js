// Many files: sent a few at a time, one row each in the table as the answers come. Nothing is kept on the server.
import { UNSURE_BELOW } from "./digits.js";
import { ask } from "./channel.js";

const FILES_AT_ONCE = 8;
const BYTES_AT_ONCE = 14e6; // the server takes requests of 15 MB

const input = element.querySelector("input");
const count = element.querySelector(".count");
const progress = element.querySelector("progress");
const body = element.querySelector("tbody");
const status = element.querySelector(".connection");
const buttons = Object.fromEntries([...element.querySelectorAll("[data-action]")].map((b) => [b.dataset.action, b]));

let rows = []; // {file, text, lowest, error} of every file read, in the order given
let waiting = [];
let given = 0;
let run = 0; // clear() ends the one that is under way

function add(files) {
  const isIdle = rows.length === given;
  given += files.length;
  waiting.push(...files);
  update();
  if (isIdle) work(run);
}

async function work(mine) {
  while (waiting.length) {
    const files = nextFiles();
    const current = () => mine === run;
    const answer = files.some(({ size }) => size > BYTES_AT_ONCE)
      ? { rows: [{ error: T("batch_large") }] }
      : await ask(() => server.read({ binary: true, data: { ...files } }), status, current);
    if (!current()) return;
    files.forEach((file, i) => show(rowOf(file.name, answer.rows?.[i] ?? answer)));
    update();
  }
}

// As many of the files that wait as go into one request; one that is too large comes alone.
function nextFiles() {
  let bytes = 0;
  let number = 0;
  while (number < Math.min(FILES_AT_ONCE, waiting.length)) {
    bytes += waiting[number].size;
    if (number && bytes > BYTES_AT_ONCE) break;
    number++;
  }
  return waiting.splice(0, number);
}

// The file has a column of its own, so that its error need not name it again.
function rowOf(file, { error, ...row }) {
  if (!error) return { file, ...row };
  const message = translate(error);
  return { file, error: message.startsWith(file) ? message.slice(file.length).replace(/^\s*[:：]\s*/, "") : message };
}

function show(row) {
  rows.push(row);
  const line = body.insertRow();
  for (const text of cells(row)) line.insertCell().textContent = text;
  line.cells[2].classList.toggle("unsure", row.lowest < UNSURE_BELOW);
}

function cells({ file, text = "", lowest, error = "" }) {
  return [file, text, lowest == null ? "" : `${(100 * lowest).toFixed(1)}%`, error];
}

function update() {
  count.textContent = given ? T("batch_count", { done: rows.length, all: given }) : T("batch_none");
  progress.max = given || 1;
  progress.value = rows.length;
  buttons.clear.disabled = !given;
  buttons.download.disabled = !rows.length;
}

function clear() {
  run++;
  [rows, waiting, given] = [[], [], 0];
  body.replaceChildren();
  status.textContent = "";
  update();
}

// As spreadsheets read it: UTF-8 with a mark, quoted; a name that would be a formula gets an apostrophe before it.
function download() {
  const quote = (value) => `"${String(value ?? "").replace(/^[=+\-@\t]/, "'$&").replaceAll('"', '""')}"`;
  const lines = rows.map(({ file, text, lowest, error }) => [file, text, lowest?.toFixed(4), error].map(quote).join(","));
  const csv = ["file,text,lowest_confidence,error", ...lines, ""].join("\r\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", csv], { type: "text/csv" }));
  link.download = "digits.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function examples() {
  const photos = await ask(() => server.examples(null), status);
  const bytes = (data) => Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  add(photos.map(({ name, data }) => new File([bytes(data)], name, { type: "image/webp" })));
}

const actions = { examples, clear, download };
element.addEventListener("click", (event) => actions[event.target.closest("[data-action]")?.dataset.action]?.());

input.addEventListener("change", () => {
  add([...input.files]);
  input.value = "";
});

const stage = element.querySelector(".stage");
const takes = (event) => element.checkVisibility() && event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!takes(event)) return;
  event.preventDefault();
  stage.classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || stage.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!takes(event)) return;
  event.preventDefault();
  stage.classList.remove("over");
  add([...event.dataTransfer.files]);
});
