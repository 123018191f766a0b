// A photo and the boxes around its digits. The picture shown is what is sent: the user's own file, or one that is
// reduced where that is large, as phones have little memory. The answer says where the digits are.
import { EMPTY } from "../../document/shared/digits.js";
import { announcer } from "../../document/shared/announcer.js";
import { ask } from "../../document/shared/ask.js";
import { fileOf } from "../../document/shared/bytes.js";
import { blobOf, groundOf, newContext } from "../../document/shared/canvas.js";
import { named, worded } from "../../document/shared/faults.js";
import { handOver, takeOver } from "../../document/shared/handover.js";
import { isPdf, unfold } from "../../document/shared/pdf.js";
import { load, prepare, tooLarge } from "../../document/shared/prepare.js";
import { showBoxes } from "./boxes.js";
import { Camera } from "./camera.js";

const stage = element.querySelector(".stage");
const input = element.querySelector("input[type=file]");
const frame = element.querySelector(".fitted");
const boxes = element.querySelector(".boxes");
const problem = element.querySelector(".problem span");
const status = element.querySelector(".connection");
const progress = element.querySelector(".progress");
const camera = new Camera(element.querySelector("video"));
const announce = announcer(element);
const NOTHING = { picture: null, reading: EMPTY };

let shown = NOTHING; // the photo that was read last: its picture, the file of that, and the reading
let chosen = 0;
let request = 0; // the newest file asked about; answers about earlier ones are dropped

// ---- reading a file

// Of a PDF with several pages, Batch reads each.
async function take(file) {
  if (!isPdf(file)) return read(file);
  const isWanted = begin();
  const { files, error } = await unfold(file, (upload) => server.first_pages(upload), status, isWanted);
  if (!isWanted()) return;
  if (!files) return fail(named(error));
  if (files.length === 1 && !error) return read(files[0]);
  handOver("batch", error ? [file] : files); // which takes it apart again, and has a row to say what is left out
  cancel();
}

// turnedBy: who has turned it already, "hand" or "reading"; then it is read as it lies.
async function read(file, turnedBy = null) {
  const isWanted = begin();
  const sent = await prepare(file);
  if (!isWanted()) return;
  if (sent.error) return fail(named(sent.error));
  const loading = load(sent);
  loading.then((picture) => picture && isWanted() && showPicture(picture));
  const data = { photo: sent, may_turn: !turnedBy };
  const asked = ask(() => server.read({ binary: true, data }), status, isWanted);
  const [reading, picture] = await Promise.all([asked, loading]);
  if (!isWanted()) return;
  if (reading.error || !picture) return fail(reading.error ? named(reading.error) : T("not_shown"), picture);
  if (reading.turned) return turn(picture, reading.turned, "reading");
  [shown, chosen] = [{ picture, sent, reading }, 0];
  show();
  if (turnedBy === "reading") status.textContent = T("turned");
}

// Says that something is read; nothing stands of what was read before. Returns whether nothing newer has come since.
function begin() {
  const isNewest = dropAsked();
  camera.stop();
  problem.textContent = "";
  boxes.replaceChildren();
  announce(EMPTY, { busy: true });
  stage.classList.add("reading");
  progress.textContent ||= T("reading"); // said once, though a picture that is turned is read twice
  return isNewest;
}

function end() {
  stage.classList.remove("reading");
  progress.textContent = "";
}

// Answers that are on their way are wanted no more. Returns whether nothing newer has come since.
function dropAsked() {
  const mine = ++request;
  status.textContent = "";
  return () => mine === request;
}

// Shows the photo that was read last, or the place for one.
function show() {
  end();
  problem.textContent = "";
  if (!shown.picture) setState("empty");
  else showPicture(shown.picture);
  tell();
  if (shown.picture) drawBoxes();
}

// Without boxes: a picture is shown before it is read.
function showPicture(picture) {
  boxes.replaceChildren();
  picture.alt = T("your_photo");
  picture.style.background = `var(--${groundOf(picture)})`;
  if (visible() !== picture) visible().replaceWith(picture);
  stage.style.setProperty("--ratio", picture.naturalWidth / picture.naturalHeight);
  setState("photo");
}

function visible() {
  return frame.querySelector("img");
}

// Shows what is wrong beside the picture it is about. No reading stands until that is dismissed or another file comes.
function fail(message, picture = null) {
  end();
  boxes.replaceChildren();
  if (picture) showPicture(picture);
  else setState("empty");
  problem.textContent = message;
  announce(EMPTY);
}

function tell() {
  const { picture, sent, reading } = shown;
  announce(reading, { chosen, picture: picture && (() => sent) });
}

function drawBoxes() {
  showBoxes(boxes, shown.reading.digits, shown.picture.naturalWidth, shown.picture.naturalHeight, chosen);
}

function setState(state) {
  if (stage.dataset.state !== state) stage.dataset.state = state;
}

function remove() {
  shown = NOTHING;
  cancel();
}

// Back to the photo that was read last.
function cancel() {
  dropAsked();
  camera.stop();
  show();
}

// Turns a picture by quarters to the left and reads it.
function turn(picture, quarters, by) {
  const { naturalWidth: width, naturalHeight: height } = picture;
  const context = quarters % 2 ? newContext(height, width) : newContext(width, height);
  const turned = context.canvas;
  context.translate(turned.width / 2, turned.height / 2);
  context.rotate((-quarters * Math.PI) / 2);
  context.drawImage(picture, -width / 2, -height / 2);
  readCanvas(turned, "turned", "image/webp", by);
}

async function readCanvas(canvas, name, type, turnedBy = null) {
  const mine = request;
  const blob = await blobOf(canvas, type, 0.95);
  if (mine !== request) return;
  if (!blob) return fail(worded(tooLarge()), turnedBy && visible());
  read(new File([blob], name, { type: blob.type }), turnedBy);
}

// ---- camera

async function startCamera() {
  if (!isSecureContext) return fail(T("camera_https"));
  const isWanted = dropAsked();
  end();
  const isUsable = await camera.start(isWanted);
  if (!isWanted()) return;
  if (!isUsable) return fail(T("no_camera"));
  problem.textContent = "";
  setState("camera");
}

// Nobody expects to be seen while they draw.
new IntersectionObserver(() => camera.isOn && !element.checkVisibility() && cancel()).observe(element);

// ---- choosing

const actions = {
  choose: () => input.click(),
  camera: startCamera,
  capture: () => readCanvas(camera.still(), "camera.jpg", "image/jpeg"),
  cancel,
  remove,
  dismiss: show,
  rotate: () => turn(visible(), 3, "hand"),
};

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { action, example } = button.dataset;
  if (action) actions[action]();
  if (example) readExample(example);
  if (button.parentElement === boxes) choose([...boxes.children].indexOf(button));
});

async function readExample(name) {
  const isWanted = begin();
  const answer = await ask(() => server.example(name), status, isWanted);
  if (!isWanted()) return;
  if (answer.error) return fail(worded(answer.error));
  read(fileOf(answer.data, name, "image/webp"));
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
