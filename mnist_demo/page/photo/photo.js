// A photo and the boxes around its digits. The picture shown is the user's own file; the server only gets a copy to
// read, reduced where it is large, and sends back where the digits are.
import { EMPTY } from "../../document/shared/digits.js";
import { announcer } from "../../document/shared/announcer.js";
import { ask } from "../../document/shared/ask.js";
import { fileOf } from "../../document/shared/bytes.js";
import { named } from "../../document/shared/faults.js";
import { handOver, takeOver } from "../../document/shared/handover.js";
import { isPdf, unfold } from "../../document/shared/pdf.js";
import { load, prepare } from "../../document/shared/prepare.js";
import { showBoxes } from "./boxes.js";

const stage = element.querySelector(".stage");
const input = element.querySelector("input[type=file]");
const image = element.querySelector(".picture img");
const boxes = element.querySelector(".boxes");
const video = element.querySelector("video");
const problem = element.querySelector(".problem span");
const status = element.querySelector(".connection");
const announce = announcer(element);
const CAMERA = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
const NOTHING = { url: null, reading: EMPTY };

let shown = NOTHING; // the photo that was read last: its address, what was sent of it, its size there, and the reading
let chosen = 0;
let request = 0; // the newest file asked about; answers about earlier ones are dropped
let stream = null;

// ---- reading a file

// Of a PDF with several pages, Batch reads each.
async function take(file) {
  if (!isPdf(file)) return read(file);
  stopCamera();
  const mine = ++request;
  const isWanted = () => mine === request;
  stage.classList.add("reading");
  tell({ busy: true });
  const { files, error } = await unfold(file, (upload) => server.first_pages(upload), status, isWanted);
  if (!isWanted()) return;
  stage.classList.remove("reading");
  if (files?.length === 1) return read(files[0]);
  if (files) handOver("batch", files);
  return files ? show() : fail(named(error));
}

// turnedBy: who has turned it already, "hand" or "reading"; then it is read as it lies.
async function read(file, turnedBy = null) {
  stopCamera();
  const mine = ++request;
  const isWanted = () => mine === request;
  stage.classList.add("reading");
  tell({ busy: true });
  const loading = load(file);
  const [answer, picture] = await Promise.all([readSent(file, loading, isWanted, !turnedBy), loading]);
  if (!isWanted()) return picture && URL.revokeObjectURL(picture.src);
  stage.classList.remove("reading");
  if (answer.error || !picture) return fail(answer.error ? named(answer.error) : T("not_shown"), picture);
  if (answer.reading.turned) {
    turn(picture, answer.reading.turned, "reading");
    return URL.revokeObjectURL(picture.src);
  }
  if (shown.url) URL.revokeObjectURL(shown.url);
  [shown, chosen] = [{ url: picture.src, ...answer }, 0];
  await show();
  if (turnedBy === "reading") status.textContent = T("turned");
}

async function readSent(file, loading, isWanted, mayTurn) {
  const sent = await prepare(file, loading);
  if (sent.error) return sent;
  const reading = await ask(
    () => server.read({ binary: true, data: { photo: sent, may_turn: mayTurn } }),
    status,
    isWanted,
  );
  if (!reading || reading.error) return reading ?? {};
  const size = sent === file ? await loading : await createImageBitmap(sent);
  return { reading, sent, width: size?.naturalWidth ?? size?.width, height: size?.naturalHeight ?? size?.height };
}

// Shows the photo that was read last, or the place for one.
async function show() {
  problem.textContent = "";
  setState(shown.url ? "photo" : "empty");
  boxes.replaceChildren();
  if (shown.url) await showPicture(shown.url);
  tell();
  if (shown.url) drawBoxes();
}

async function showPicture(url) {
  image.src = url;
  await image.decode();
  stage.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
}

// Shows what is wrong beside the picture it is about. No reading stands until that is dismissed or another file comes.
async function fail(message, picture = null) {
  problem.textContent = message;
  boxes.replaceChildren();
  setState(picture ? "photo" : "empty");
  announce(EMPTY);
  if (!picture) return;
  await showPicture(picture.src);
  URL.revokeObjectURL(picture.src);
}

function tell(details = {}) {
  const { url, sent, reading } = shown;
  announce(reading, { chosen, picture: url && (() => sent), ...details });
}

function drawBoxes() {
  showBoxes(boxes, shown.reading.digits, shown.width, shown.height, chosen);
}

function setState(state) {
  stage.dataset.state = state;
  element.dataset.state = state;
}

function remove() {
  if (shown.url) URL.revokeObjectURL(shown.url);
  shown = NOTHING;
  cancel();
}

// Back to the photo that was read last.
function cancel() {
  request++;
  stage.classList.remove("reading");
  stopCamera();
  show();
}

// Turns a picture by quarters to the left and reads it.
function turn(picture, quarters, by) {
  const turned = document.createElement("canvas");
  const { naturalWidth: width, naturalHeight: height } = picture;
  [turned.width, turned.height] = quarters % 2 ? [height, width] : [width, height];
  const context = turned.getContext("2d");
  context.translate(turned.width / 2, turned.height / 2);
  context.rotate((-quarters * Math.PI) / 2);
  context.drawImage(picture, -width / 2, -height / 2);
  const mine = request;
  turned.toBlob(
    (blob) => mine === request && read(new File([blob], "turned", { type: blob.type }), by),
    "image/webp",
    0.95,
  );
}

// ---- camera: the rear one first, where there are several

async function startCamera() {
  if (!isSecureContext) return fail(T("camera_https"));
  const opened = await navigator.mediaDevices.getUserMedia({ video: CAMERA }).catch(() => null);
  if (!opened) return fail(T("no_camera"));
  stopCamera(); // one that was asked for twice
  stream = opened;
  problem.textContent = "";
  video.srcObject = stream;
  await video.play();
  setState("camera");
}

// What it saw last is seen until something else is shown.
function stopCamera() {
  video.pause();
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

// Nobody expects to be seen while they draw.
new IntersectionObserver(() => stream && !element.checkVisibility() && cancel()).observe(element);

function capture() {
  const still = document.createElement("canvas");
  [still.width, still.height] = [video.videoWidth, video.videoHeight];
  still.getContext("2d").drawImage(video, 0, 0);
  still.toBlob((blob) => read(new File([blob], "camera.jpg", { type: blob.type })), "image/jpeg", 0.95);
}

// ---- choosing

const actions = {
  choose: () => input.click(),
  camera: startCamera,
  capture,
  cancel,
  remove,
  dismiss: show,
};
actions.rotate = () => turn(image, 3, "hand");

element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { action, example } = button.dataset;
  if (action) actions[action]();
  if (example) read(await fetchExample(example));
  if (button.parentElement === boxes) choose([...boxes.children].indexOf(button));
});

async function fetchExample(name) {
  const { data } = await ask(() => server.example(name), status);
  return fileOf(data, name, "image/webp");
}

function choose(index) {
  chosen = index;
  drawBoxes();
  document.dispatchEvent(new CustomEvent("digits:choice", { detail: { source: element, index } }));
}

document.addEventListener("digits:choice", ({ detail }) => {
  if (detail.source !== element || detail.index === chosen) return;
  chosen = detail.index;
  drawBoxes();
});

input.addEventListener("change", () => {
  if (input.files.length) take(input.files[0]);
  input.value = ""; // so that the same file can be chosen again
});

setState("empty");
takeOver("photo", ([file]) => take(file));
