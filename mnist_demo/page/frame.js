// A photo and the boxes around its digits. The picture shown is the user's own file; the server only gets a copy to
// read and sends back where the digits are.
import { EMPTY } from "./digits.js";
import { announcer, ask, showBoxes } from "./channel.js";

const stage = element.querySelector(".stage");
const input = element.querySelector("input[type=file]");
const image = element.querySelector(".picture img");
const boxes = element.querySelector(".boxes");
const video = element.querySelector("video");
const problem = element.querySelector(".problem");
const status = element.querySelector(".connection");
const announce = announcer(element);
const BYTES_MAX = 14e6; // the server takes requests of 15 MB
const CAMERA = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };

let reading = EMPTY;
let chosen = 0;
let request = 0; // the newest file asked about; answers about earlier ones are dropped
let stream = null;

// ---- reading a file

// Shows the photo at once and its boxes when they come. A file that can't be read leaves the last photo as it was.
async function read(file) {
  stopCamera();
  problem.textContent = file.size > BYTES_MAX ? T("batch_large") : "";
  if (problem.textContent) return;
  const mine = ++request;
  stage.classList.add("reading");
  announce(reading, { busy: true, chosen });
  const isWanted = () => mine === request;
  const upload = () => server.read({ binary: true, data: { photo: file } });
  const [answer, url] = await Promise.all([ask(upload, status, isWanted), load(file)]);
  if (!isWanted()) return url && URL.revokeObjectURL(url);
  stage.classList.remove("reading");
  if (answer.error || !url) {
    problem.textContent = answer.error ? translate(answer.error) : T("not_shown");
    if (url) URL.revokeObjectURL(url);
    return announce(reading, { chosen });
  }
  show(url, answer, file);
}

// The file's address in this page, once its picture is known to be showable; null where it is not.
async function load(file) {
  const url = URL.createObjectURL(file);
  const picture = new Image();
  picture.src = url;
  try {
    await picture.decode();
    return url;
  } catch {
    URL.revokeObjectURL(url);
    return null;
  }
}

async function show(url, answer, file) {
  const last = image.src;
  image.src = url;
  await image.decode();
  if (last) URL.revokeObjectURL(last);
  stage.style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
  reading = answer;
  chosen = 0;
  setState("photo");
  announce(reading, { chosen, picture: () => file });
  drawBoxes();
}

function drawBoxes() {
  showBoxes(boxes, reading.digits, image.naturalWidth, image.naturalHeight, chosen);
}

function setState(state) {
  stage.dataset.state = state;
  element.dataset.state = state;
}

function remove() {
  request++;
  stage.classList.remove("reading");
  problem.textContent = "";
  reading = EMPTY;
  setState("empty");
  boxes.replaceChildren();
  announce(reading);
}

async function rotate() {
  const turned = document.createElement("canvas");
  [turned.width, turned.height] = [image.naturalHeight, image.naturalWidth];
  const context = turned.getContext("2d");
  context.translate(turned.width, 0);
  context.rotate(Math.PI / 2);
  context.drawImage(image, 0, 0);
  turned.toBlob((blob) => read(new File([blob], "rotated.jpg", { type: blob.type })), "image/jpeg", 0.95);
}

// ---- camera: the rear one first, where there are several

async function startCamera() {
  problem.textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: CAMERA });
  } catch {
    problem.textContent = T("no_camera");
    return;
  }
  video.srcObject = stream;
  await video.play();
  setState("camera");
}

function stopCamera() {
  if (!stream) return;
  for (const track of stream.getTracks()) track.stop();
  stream = video.srcObject = null;
  setState(reading.digits.length || image.src ? "photo" : "empty");
}

function capture() {
  const still = document.createElement("canvas");
  [still.width, still.height] = [video.videoWidth, video.videoHeight];
  still.getContext("2d").drawImage(video, 0, 0);
  still.toBlob((blob) => read(new File([blob], "camera.jpg", { type: blob.type })), "image/jpeg", 0.95);
}

// ---- choosing, dropping, pasting

const actions = { choose: () => input.click(), camera: startCamera, capture, cancel: stopCamera, rotate, remove };

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
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return new File([bytes], name, { type: "image/webp" });
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
  if (input.files.length) read(input.files[0]);
  input.value = ""; // so that the same file can be chosen again
});

const isShown = () => element.checkVisibility();
const holdsFile = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragover", (event) => {
  if (!isShown() || !holdsFile(event)) return;
  event.preventDefault();
  stage.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) stage.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!isShown() || !holdsFile(event)) return;
  event.preventDefault();
  stage.classList.remove("over");
  if (event.dataTransfer.files.length) read(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  if (!isShown() || !event.clipboardData.files.length) return;
  event.preventDefault();
  read(event.clipboardData.files[0]);
});

setState("empty");
