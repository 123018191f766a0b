// Shows the reading that the visible tab announces. Nodes are kept and updated in place, so that bars move.
import { EMPTY, describe, isUnsure, paintDigit, percent, runnerUp } from "./digits.js";

const SETTLED = 900; // milliseconds of rest before a reading is spoken

const text = element.querySelector("#reading");
const note = element.querySelector(".note");
const spoken = element.querySelector(".announcement");
const seen = element.querySelector("#seen");
const bars = element.querySelector("#probabilities");
const title = element.querySelector("#probabilities-title");

let shown = { reading: EMPTY };
let chosen = 0;
let speaking;

for (let label = 0; label < 10; label++) {
  const row = bars.appendChild(document.createElement("li"));
  row.innerHTML = `<span class="share">&nbsp;</span><span class="track"><span class="bar"></span></span><b>${label}</b>`;
}

document.addEventListener("digits:reading", ({ detail }) => {
  const another = detail.source !== shown.source || detail.reading !== shown.reading;
  shown = detail;
  if (another) chosen = detail.at ? nearest(detail.reading.digits, detail.at) : Math.max(0, detail.chosen ?? 0);
  if (another) render();
  text.setAttribute("aria-busy", Boolean(detail.busy));
  if (!detail.busy) speakSoon();
  tellWhichDigit();
});

// What the chosen digit is, for those who explain it.
function tellWhichDigit() {
  const detail = { digit: shown.reading.digits[chosen], busy: Boolean(shown.busy) };
  document.dispatchEvent(new CustomEvent("digits:shown", { detail }));
}

function nearest([...digits], [x, y]) {
  const distance = ({ box: [left, top, right, bottom] }) =>
    Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
  const distances = digits.map(distance);
  return Math.max(0, distances.indexOf(Math.min(...distances)));
}

function choose(index) {
  chosen = index;
  render();
  tellWhichDigit();
  document.dispatchEvent(new CustomEvent("digits:choice", { detail: { source: shown.source, index } }));
}

document.addEventListener("digits:choice", ({ detail }) => {
  if (detail.source !== shown.source || detail.index === chosen) return;
  chosen = detail.index;
  render();
  tellWhichDigit();
});

function render() {
  const { digits } = shown.reading;
  renderText(shown.reading);
  renderSeen(digits);
  renderBars(digits[chosen]);
  note.textContent = digits[chosen] && noteOn(digits[chosen]);
}

// The text as it is, each of its digits in a span of its own, so that an unsure one can look unsure.
function renderText({ text: value, digits }) {
  const read = digits.filter((digit) => digit.label !== null);
  let next = 0;
  const spans = [...value].map((character) => {
    const span = document.createElement("span");
    span.textContent = character;
    const digit = /\d/.test(character) ? read[next++] : null;
    if (digit && isUnsure(digit)) span.className = "unsure";
    return span;
  });
  text.replaceChildren(...spans);
  text.style.setProperty("--length", Math.max(...value.split("\n").map((line) => line.length)));
  text.style.setProperty("--lines", value.split("\n").length);
}

function noteOn(digit) {
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
  if (card) seen.scrollTo({ left: card.offsetLeft - seen.clientWidth / 2 + card.offsetWidth / 2 });
}

function newCard() {
  const card = document.createElement("button");
  card.type = "button";
  card.innerHTML = `<canvas width="28" height="28"></canvas><span><b></b><small></small></span>`;
  card.addEventListener("click", () => choose([...seen.children].indexOf(card)));
  return card;
}

function renderBars(digit) {
  const count = shown?.reading.digits.length;
  title.textContent = digit && count > 1 ? T("probabilities_of", { number: chosen + 1, count }) : T("probabilities");
  const best = digit ? Math.max(...digit.probabilities) : 0;
  [...bars.children].forEach((row, label) => {
    const probability = digit ? digit.probabilities[label] : 0;
    row.querySelector(".share").textContent = digit ? percent(probability) : "\u00a0";
    row.style.setProperty("--share", probability);
    row.classList.toggle("best", Boolean(digit) && probability === best);
    row.classList.toggle("unsure", Boolean(digit) && isUnsure(digit));
  });
}

function speakSoon() {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    const { digits, text: value } = shown.reading;
    const words = value ? T("read", { text: value.replace(/\s+/g, ", ") }) : digits.length ? T("none_found") : "";
    spoken.textContent = `${words} ${digits[chosen] ? noteOn(digits[chosen]) : ""}`.trim();
  }, SETTLED);
}
