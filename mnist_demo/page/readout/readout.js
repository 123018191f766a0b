// Shows the reading that the visible tab announces. Nodes are kept and updated in place, so that bars move.
import { EMPTY, describe, isDigit, isUnsure, paintDigit, percent, runnerUp } from "../../document/shared/digits.js";
import { LargeNumber, correction, isSame, labelOf, textOf } from "./number.js";
import { captioned, copy, save, share } from "../../document/shared/takeaway.js";

const SETTLES = 900; // milliseconds of rest after which a drawing is judged: what is doubtful is said, and all is spoken
const COPIED = 1500; // milliseconds that a button says so
const SHARP = 4; // times as large as it was read, that a drawing is saved

const readout = element.querySelector(".readout");
const text = element.querySelector("#reading");
const note = element.querySelector(".note");
const spoken = element.querySelector(".announcement");
const seen = element.querySelector("#seen");
const bars = element.querySelector("#probabilities");
const title = element.querySelector("#probabilities-title");

document.fonts.load("600 1em Digits"); // now, that the first number need not wait for it

let shown = { reading: EMPTY };
let chosen = 0;
let picked = null; // the digit that was chosen by hand, until the pen moves on
let settling;
let inView = {}; // the chosen card that was brought into view, among so many

for (let label = 0; label < 10; label++) {
  const row = bars.appendChild(document.createElement("li"));
  row.innerHTML = `<span class="share">&nbsp;</span><span class="track"><span class="bar"></span></span><b>${label}</b>`;
}

const number = new LargeNumber(text, element.querySelector(".choices"), (digit) => {
  const index = find(digit); // in the reading of now: another may have come since
  if (index >= 0) choose(index);
});

document.addEventListener("digits:reading", ({ detail }) => {
  const another = detail.source !== shown.source || detail.reading !== shown.reading;
  const isOld = detail.busy || detail.moves;
  shown = detail;
  if (detail.moves) picked = null;
  if (another) chosen = whichIsChosen(detail);
  if (another) render();
  text.setAttribute("aria-busy", Boolean(detail.busy));
  if (another || isOld) unsettle();
  if (!isOld) settling ??= setTimeout(settle, detail.at ? SETTLES : 0);
  tellWhichDigit();
});

// While a number is written, it only grows. What is to be said of it waits until the pen rests.
function unsettle() {
  clearTimeout(settling);
  settling = null;
  delete readout.dataset.settled;
  showNote();
}

function settle() {
  readout.dataset.settled = "";
  showNote();
  const { digits } = shown.reading;
  const value = textOf(shown.reading);
  const words = value ? T("read", { text: value.replace(/\s+/g, ", ") }) : shown.picture ? T("none_found") : "";
  spoken.textContent = `${words} ${digits[chosen] ? noteOn(digits[chosen]) : ""}`.trim();
}

// What the chosen digit is, for those who explain it.
function tellWhichDigit() {
  const { reading, busy = false, moves = false, picture } = shown;
  const detail = { digit: reading.digits[chosen], busy, moves, picture };
  document.dispatchEvent(new CustomEvent("digits:shown", { detail }));
}

function whichIsChosen({ reading: { digits }, at, chosen: index = 0 }) {
  if (picked && find(picked) >= 0) return find(picked);
  return at ? nearest(digits, at) : Math.max(0, index);
}

function find(digit) {
  return shown.reading.digits.findIndex((other) => isSame(other, digit));
}

function nearest([...digits], [x, y]) {
  const distance = ({ box: [left, top, right, bottom] }) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  const distances = digits.map(distance);
  return Math.max(0, distances.indexOf(Math.min(...distances)));
}

function choose(index) {
  pick(index);
  document.dispatchEvent(new CustomEvent("digits:choice", { detail: { source: shown.source, index } }));
}

document.addEventListener("digits:choice", ({ detail }) => {
  if (detail.source !== shown.source || detail.index === chosen) return;
  pick(detail.index);
});

function pick(index) {
  chosen = index;
  picked = shown.reading.digits[index];
  render();
  tellWhichDigit();
}

function render() {
  const { digits } = shown.reading;
  renderSeen(digits);
  renderBars(digits[chosen]);
  showNote();
  number.show(shown.reading); // last, as it measures what has been laid out
}

// The one sentence on what is there: on the digit chosen, or on why there is no number.
function showNote() {
  const { picture, reading } = shown;
  const { digits, text: value } = reading;
  const isSettled = "settled" in readout.dataset;
  if (!picture) note.textContent = shown.busy ? "" : T("nothing");
  else if (!isSettled) note.textContent = "";
  else note.textContent = value ? noteOn(digits[chosen]) : noteOnNone(digits);
  const digit = digits[chosen];
  note.classList.toggle("doubt", isSettled && Boolean(digit) && isUnsure(digit) && labelOf(digit) === digit.label);
}

function noteOnNone(digits) {
  return T(digits.length > 1 ? "not_digits" : digits.length ? "not_a_digit" : "none_found");
}

function noteOn(digit) {
  if (labelOf(digit) !== digit.label) return correction(digit);
  if (digit.label === null) return T("not_a_digit");
  if (isUnsure(digit)) return T("unsure", { label: digit.label, other: runnerUp(digit) });
  return "";
}

function renderSeen(digits) {
  while (seen.children.length > digits.length) seen.lastChild.remove();
  digits.forEach((digit, index) => {
    const card = seen.children[index] ?? seen.appendChild(newCard());
    card.setAttribute("aria-pressed", index === chosen);
    card.setAttribute("aria-label", describe(digit));
    card.classList.toggle("unsure", isUnsure(digit));
    card.classList.toggle("nothing", digit.label === null);
    card.querySelector("b").textContent = digit.label ?? "–";
    card.querySelector("small").textContent = digit.label === null ? T("no_digit") : percent(digit.confidence);
    paintDigit(card.querySelector("canvas"), digit.image);
  });
  const card = seen.children[chosen];
  if (!card || (card === inView.card && digits.length === inView.count)) return; // where it is takes a layout to know
  inView = { card, count: digits.length };
  bringIntoView();
}

function bringIntoView() {
  const card = seen.children[chosen];
  if (card) seen.scrollTo({ left: card.offsetLeft - seen.clientWidth / 2 + card.offsetWidth / 2 });
}

new ResizeObserver(bringIntoView).observe(seen);

function newCard() {
  const card = document.createElement("button");
  card.type = "button";
  card.innerHTML = `<canvas width="28" height="28"></canvas><span><b></b><small></small></span>`;
  card.addEventListener("click", () => choose([...seen.children].indexOf(card)));
  return card;
}

// A mark that is no digit has none of their probabilities.
function renderBars(digit) {
  const count = shown.reading.digits.length;
  const known = Boolean(digit) && isDigit(digit);
  title.textContent = known && count > 1 ? T("probabilities_of", { number: chosen + 1, count }) : T("probabilities");
  const best = known ? Math.max(...digit.probabilities) : 0;
  [...bars.children].forEach((row, label) => {
    const probability = known ? digit.probabilities[label] : 0;
    row.querySelector(".share").textContent = known ? percent(probability) : "\u00a0";
    row.style.setProperty("--share", probability);
    row.classList.toggle("best", known && probability === best);
    row.classList.toggle("unsure", known && isUnsure(digit));
  });
}

// ---- taking the number away

const captionedPicture = async () => captioned(await shown.picture(SHARP), textOf(shown.reading));
const button = (action) => element.querySelector(`[data-action=${action}]`);
button("share").hidden = !(navigator.share && isTouch);

const actions = {
  async copy() {
    const copied = await copy(textOf(shown.reading));
    note.textContent = T(copied ? "copied" : "not_copied");
    button("copy").classList.toggle("done", copied);
    setTimeout(
      () => {
        button("copy").classList.remove("done");
        showNote();
      },
      copied ? COPIED : 4 * COPIED,
    );
  },
  save: async () => save(await captionedPicture()),
  share: async () => share(textOf(shown.reading), await captionedPicture()),
};

element.addEventListener("click", (event) => actions[event.target.closest("[data-action]")?.dataset.action]?.());
