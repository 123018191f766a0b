// Many files: sent a few at a time, one row each in the table as the answers come. Nothing is kept on the server.
import { ask } from "../../document/shared/ask.js";
import { base64Of, fileOf } from "../../document/shared/bytes.js";
import { worded } from "../../document/shared/faults.js";
import { takeOver } from "../../document/shared/handover.js";
import { mayHoldImages } from "../../document/shared/kinds.js";
import { isPdf, unfold } from "../../document/shared/pdf.js";
import { prepare } from "../../document/shared/prepare.js";
import { save } from "../../document/shared/takeaway.js";
import { csvOf } from "./csv.js";
import { AREA, paired, unpack } from "./mnist.js";
import { parts } from "./parts.js";
import { Table } from "./rows.js";

const FILES_AT_ONCE = 8; // in one request, of which the server takes no more than 20 parts
const IMAGES_AT_ONCE = 500; // of MNIST's

const input = element.querySelector("input");
const count = element.querySelector(".count");
const progress = element.querySelector("progress");
const status = element.querySelector(".connection");
const buttons = Object.fromEntries([...element.querySelectorAll("[data-action]")].map((b) => [b.dataset.action, b]));
const table = new Table(element.querySelector("tbody"), [...element.querySelectorAll("th")]);

let waiting = [];
let given = 0;
let run = 0; // clear() ends the one that is under way
let sets = []; // of MNIST's images: {images, labels, rows}, and labels that wait for theirs

function add(files) {
  const isIdle = table.rows.length === given;
  given += files.length;
  waiting.push(...files);
  update();
  if (isIdle) work(run);
}

async function work(mine) {
  const current = () => mine === run;
  while (waiting.length && current()) {
    const next = waiting.findIndex((file) => mayHoldImages(file) || isPdf(file));
    if (next === 0) await (isPdf(waiting[0]) ? readPdf : readSets)(waiting.shift(), current);
    else await readFiles(waiting.splice(0, next < 0 ? FILES_AT_ONCE : Math.min(next, FILES_AT_ONCE)), current);
    if (current()) update();
  }
}

// ---- pictures

async function readFiles(files, current) {
  const answers = [];
  for (const file of files) answers.push(await prepare(file)); // one by one: a photo that is reduced fills a phone's memory
  for (const part of parts(
    answers.filter((one) => !one.error),
    SENT_MAX,
  )) {
    const answer = await ask(() => server.read({ binary: true, data: { ...part } }), status, current);
    if (!current()) return;
    part.forEach((sent, i) => answers.splice(answers.indexOf(sent), 1, answer.rows?.[i] ?? answer));
  }
  if (current()) files.forEach((file, i) => table.add(rowOf(file, answers[i])));
}

async function readPdf(file, current) {
  const { files = [], error } = await unfold(file, (upload) => server.first_pages(upload), status, current);
  if (!current()) return;
  if (error) table.add(rowOf(file, { error })); // also where it is about pages that are left out
  given += files.length - (error ? 0 : 1);
  waiting.unshift(...files);
}

// The file has a column of its own, so that its error need not name it again.
function rowOf(file, { error, ...row }) {
  return { file, name: file.name, ...row, ...(error && { error: worded(error) }) };
}

// ---- MNIST's own files, whose images the model reads as they are

async function readSets(file, current) {
  const unpacked = await unpack(file).catch(() => null);
  if (!current()) return;
  if (!unpacked?.length) return table.add(rowOf(file, { error: { kind: "no_images" } }));
  const found = unpacked.map((part) => ({ ...part, name: file.name, rows: [] }));
  given += found.reduce((sum, { images }) => sum + (images ? images.length / AREA : 0), -1);
  sets = paired([...sets, ...found]);
  for (const set of found.filter(({ images }) => images)) await readSet(set, current);
}

async function readSet(set, current) {
  for (let start = 0; start * AREA < set.images.length; start += IMAGES_AT_ONCE) {
    const bytes = set.images.subarray(start * AREA, (start + IMAGES_AT_ONCE) * AREA);
    const answer = await ask(() => server.classify(base64Of(bytes)), status, current);
    if (!current()) return;
    for (let i = 0; i * AREA < bytes.length; i++) {
      const pixels = bytes.subarray(i * AREA, (i + 1) * AREA);
      const row = { pixels, name: `${set.name} ${start + i + 1}` };
      if (answer.error) row.error = worded(answer.error);
      else Object.assign(row, { text: answer.labels[i], lowest: answer.lowest[i] });
      table.add(row);
      set.rows.push(row);
    }
    update();
  }
}

// Of the images whose labels are known, how many were read right; null where none is.
function rightness() {
  const known = sets.flatMap(({ labels, rows }) =>
    labels ? rows.map(({ text }, i) => text === String(labels[i])) : [],
  );
  return known.length ? { right: known.filter(Boolean).length, known: known.length } : null;
}

// How many labels came without images, once all that was given has been looked at.
function labelsLeft() {
  if (waiting.length || table.rows.length < given) return 0;
  return sets.reduce((sum, { images, labels }) => sum + (images ? 0 : labels.length), 0);
}

function update() {
  const { rows } = table;
  const failed = rows.filter(({ error }) => error).length;
  const [right, left] = [rightness(), labelsLeft()];
  const words = [];
  if (given) words.push(T(failed ? "batch_failed" : "batch_count", { done: rows.length - failed, all: given, failed }));
  if (right) words.push(T("batch_right", right));
  if (left) words.push(T("batch_labels", { count: left }));
  count.textContent = words.join(" · ") || T("batch_none");
  progress.max = given || 1;
  progress.value = rows.length;
  buttons.clear.disabled = !given && !left;
  buttons.download.disabled = !rows.length;
  table.sort();
}

function clear() {
  run++;
  [waiting, given, sets] = [[], 0, []];
  table.clear();
  status.textContent = "";
  update();
}

async function examples() {
  const photos = await ask(() => server.examples(null), status);
  if (photos.error) status.textContent = worded(photos.error);
  else add(photos.map(({ name, data }) => fileOf(data, name, "image/webp")));
}

const actions = { examples, clear, download: () => save(csvOf(table.rows)) };
element.addEventListener("click", (event) => actions[event.target.closest("[data-action]")?.dataset.action]?.());

input.addEventListener("change", () => {
  add([...input.files]);
  input.value = "";
});

takeOver("batch", add);
