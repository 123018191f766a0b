// The large number. Each of its digits can be chosen, and put right where the model is wrong: on this page alone.
import { describe, isUnsure, ranked } from "../../document/shared/digits.js";

const CHOICES = 4; // digits offered in place of one
const SIGNS = [...".,-/:"]; // those of numbers, offered below the digits
const SAME = 0.5; // of what two boxes cover, that those of one mark share at least, though more is written beside it
let corrections = []; // {digit, label}: a digit as it was read, and what it is

export function labelOf(digit) {
  return corrections.find((correction) => isSame(correction.digit, digit))?.label ?? digit.label;
}

// Whether two readings' digits are one and the same mark.
export function isSame(one, other) {
  return one.label === other.label && shared(one.box, other.box) >= SAME;
}

// How much two boxes share, of what both cover: left, top, right, bottom.
function shared(one, other) {
  const area = ([left, top, right, bottom]) => Math.max(0, right - left) * Math.max(0, bottom - top);
  const both = area(one.map((side, i) => (i < 2 ? Math.max : Math.min)(side, other[i])));
  return both / (area(one) + area(other) - both);
}

// The characters of a reading's text, corrections made, each with its digit where it is one.
export function spell({ text, digits }) {
  const read = digits.filter(({ label }) => label !== null);
  return [...text].map((character) => {
    if (read[0]?.label !== character) return { character };
    const digit = read.shift();
    return { character: labelOf(digit), digit };
  });
}

export function textOf(reading) {
  return spell(reading)
    .map(({ character }) => character)
    .join("");
}

export class LargeNumber {
  // Calls onChoice(digit) when one is chosen or put right.
  constructor(text, choices, onChoice) {
    Object.assign(this, { text, choices, onChoice });
    new ResizeObserver(() => this.fit()).observe(text);
    document.fonts.addEventListener("loadingdone", () => this.fit());
    for (const type of ["scroll", "resize"]) addEventListener(type, () => choices.hidePopover?.()); // it would stay behind
  }

  show(reading) {
    const characters = spell(reading);
    while (this.text.children.length > characters.length) this.text.lastChild.remove();
    characters.forEach(({ character, digit }, i) => this.showCharacter(i, character, digit));
    const text = textOf(reading);
    if (text === this.fitted) return;
    this.fitted = text;
    this.fit();
    this.choices.hidePopover?.();
  }

  showCharacter(i, character, digit) {
    const kind = digit ? "button" : "span";
    let node = this.text.children[i];
    if (node?.localName !== kind) {
      const another = document.createElement(kind);
      if (node) node.replaceWith(another);
      else this.text.append(another);
      node = another;
    }
    node.textContent = character;
    if (!digit) return;
    const isCorrected = character !== digit.label;
    node.type = "button";
    node.setAttribute("aria-label", isCorrected ? correction(digit) : describe(digit));
    node.className = isCorrected ? "corrected" : isUnsure(digit) ? "unsure" : "";
    node.onclick = () => {
      this.onChoice(digit);
      this.offer(node, digit);
    };
  }

  // Offers what it could be, the likeliest digits first, below the one that was pressed, or above where the window ends.
  offer(node, digit) {
    const isAnother = (label) => label !== labelOf(digit);
    const others = [...ranked(digit).filter(isAnother).slice(0, CHOICES), ...SIGNS.filter(isAnother)];
    this.choices.replaceChildren(
      ...others.map((label) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
        button.setAttribute("aria-label", T("correct_to", { label }));
        button.onclick = () => this.correct(node, digit, label);
        return button;
      }),
    );
    this.choices.showPopover?.();
    const [at, box] = [node.getBoundingClientRect(), this.choices.getBoundingClientRect()];
    const left = at.left + at.width / 2 - box.width / 2;
    this.choices.style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - box.width - 8))}px`;
    const top = at.bottom + 4 + box.height <= innerHeight ? at.bottom + 4 : at.top - 4 - box.height;
    this.choices.style.top = `${top}px`;
  }

  correct(node, digit, label) {
    corrections = corrections.filter((correction) => !isSame(correction.digit, digit));
    if (label !== digit.label) corrections.push({ digit, label });
    this.choices.hidePopover?.();
    this.onChoice(digit);
    node.focus();
  }

  // Makes the number as large as its place allows, whatever the font.
  fit() {
    if (!this.text.textContent) return;
    this.text.style.setProperty("--fit", 1);
    const range = document.createRange();
    range.selectNodeContents(this.text);
    const { width, height } = range.getBoundingClientRect();
    const fit = Math.min(1, this.text.clientWidth / width, this.text.clientHeight / height);
    if (fit > 0) this.text.style.setProperty("--fit", fit);
  }
}

export function correction(digit) {
  return T("corrected", { label: labelOf(digit), read: digit.label });
}
