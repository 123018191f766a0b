// The reasons for the digit that the readout shows. Its ink and its way through the classifier follow the pen; the
// saliency, which costs the server as much as a reading, waits until the pen rests. Neither holds up a reading.
import { bytesOf } from "../../document/shared/bytes.js";
import { isDigit, ranked, runnerUp } from "../../document/shared/digits.js";
import { rgb } from "../../document/shared/palette.js";
import { Way } from "./way.js";

const PAUSE = 200; // milliseconds between an answer and the next request of its kind
const RESTS = 150; // milliseconds after which a pen is at rest
const PLAYS = 900; // milliseconds of rest after which the way is played
const AROUND = 1.4; // times as large as its box, that a digit's ink is shown: as it lies in its 28x28 pixels
const [SPEAKS_FOR, SPEAKS_AGAINST, INK, GROUND] = ["for", "against", "chalk", "slate"].map(rgb);

const section = element.querySelector(".why");
const title = element.querySelector("h2");
const figure = element.querySelector(".way");
const way = new Way(figure);

let digit = null; // that is shown, or a mark that is no sign of numbers; other signs than digits have no reasons
let picture = null; // returns the picture that it was read in
let isOld = false; // older than the drawing
let moves = false; // the pen
let isSeen = false;
let isWaySeen = false;
let isSettled = false; // for so long that the way may be played
let timers = [];
let played = null; // the digit whose way was played last
const shown = { way: null, saliency: null }; // the digits that they belong to

const followWay = follower("way", askForWay, showWay, () => moves || !isOld); // a lifted pen's reading comes first
const followSaliency = follower("saliency", askForSaliency, showSaliency, () => !isOld);

document.addEventListener("digits:shown", ({ detail }) => {
  const before = digit;
  [digit, picture] = [hasReasons(detail.digit) ? detail.digit : null, detail.picture];
  [isOld, moves] = [detail.busy, detail.moves];
  if (!isAlike(digit, before)) showInk();
  timers.forEach(clearTimeout);
  isSettled = false;
  if (isOld) way.still();
  else timers = [setTimeout(followSaliency, RESTS), setTimeout(settle, PLAYS)];
  followWay();
});

new IntersectionObserver((entries) => {
  isSeen = entries.at(-1).isIntersecting;
  followWay();
  followSaliency();
}).observe(element);

new IntersectionObserver(
  (entries) => {
    isWaySeen = entries.at(-1).isIntersecting;
    playOnce();
  },
  { threshold: 0.5 },
).observe(figure);

function hasReasons(mark) {
  return Boolean(mark) && (mark.label === null || isDigit(mark));
}

// Whether two readings' digits have the same reasons.
function isAlike(one, other) {
  return one?.image === other?.image && one?.label === other?.label;
}

// Returns a function that asks about the digit shown, unless it need not, and again when another is shown by then.
function follower(kind, ask, show, isDue = () => true) {
  let asking = false;
  return async function follow() {
    if (asking || !isSeen || !digit || isAlike(digit, shown[kind]) || !isDue()) return;
    asking = true;
    const asked = digit;
    const answer = await ask(asked);
    if (answer && !answer.error && digit) show(asked, answer); // the pad says so when the connection is lost
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    asking = false;
    if (!isAlike(digit, asked)) follow();
  };
}

function showInk() {
  shown.saliency = null;
  section.toggleAttribute("data-empty", !digit);
  title.textContent = titleFor(digit);
  for (const canvas of element.querySelectorAll(".own, .rival")) {
    canvas.getContext("2d").clearRect(0, 0, 28, 28);
    if (digit) paint(canvas, digit.image);
    else canvas.parentElement.querySelector("span").textContent = "";
  }
  if (digit) return;
  shown.way = played = null;
  way.show(null);
}

function titleFor(digit) {
  if (!digit) return T("why");
  return digit.label === null ? T("why_none") : T("why_label", { label: digit.label });
}

function settle() {
  isSettled = true;
  playOnce();
}

async function askForWay(asked) {
  const [answer, ink] = await Promise.all([server.respond(asked.image), inkOf(asked, picture)]);
  if (!answer || answer.error) return answer;
  const layers = answer.layers.map((src) => Object.assign(new Image(), { src }));
  await Promise.all(layers.map((layer) => layer.decode()));
  return { image: asked.image, ink, layers, probabilities: asked.probabilities };
}

// Asks what speaks for the label that was read, or of a mark that is no digit for the likeliest, and for the next.
async function askForSaliency({ image, label: read, probabilities }) {
  const label = read ?? ranked({ probabilities })[0];
  const rival = runnerUp({ label, probabilities });
  const answer = await server.explain({ image, labels: [label, rival] });
  return answer && { ...answer, label, rival };
}

// The part of the picture that a digit was read in, as a bitmap; null where the browser cannot give it.
async function inkOf({ box: [left, top, right, bottom] }, read) {
  const side = Math.max(2, Math.round(AROUND * Math.max(right - left, bottom - top)));
  const corner = [left + right, top + bottom].map((sum) => Math.round((sum - side) / 2));
  return createImageBitmap(await read?.(), ...corner, side, side).catch(() => null);
}

function showWay(asked, content) {
  shown.way = asked;
  way.show(content);
  playOnce();
}

// Plays the way of a digit at rest, once it is there and seen.
function playOnce() {
  if (!isSettled || !isWaySeen || !isAlike(shown.way, digit) || isAlike(played, digit)) return;
  played = digit;
  way.begin();
}

function showSaliency(asked, { label, rival, own, other }) {
  if (!isAlike(asked, digit)) return;
  shown.saliency = asked;
  for (const [name, saliency, text] of [
    ["own", own, T("why_own_text", { label })],
    ["rival", other, T("why_rival_text", { label: rival })],
  ]) {
    const canvas = element.querySelector(`.${name}`);
    paint(canvas, asked.image, saliency);
    canvas.parentElement.querySelector("span").textContent = text;
  }
}

// The ink in grey, and over it how strongly each pixel speaks: the stronger, the more of the colour.
function paint(canvas, ink, saliency = null) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  const [greys, signed] = [bytesOf(ink), saliency && new Int8Array(bytesOf(saliency).buffer)];
  for (let i = 0; i < greys.length; i++) {
    const grey = (0.75 * greys[i]) / 255;
    const weight = signed ? signed[i] / 127 : 0;
    const colour = weight > 0 ? SPEAKS_FOR : SPEAKS_AGAINST;
    const share = Math.abs(weight) ** 1.3;
    for (let c = 0; c < 3; c++) {
      const under = GROUND[c] + (INK[c] - GROUND[c]) * grey;
      pixels.data[4 * i + c] = under + (colour[c] - under) * share;
    }
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
