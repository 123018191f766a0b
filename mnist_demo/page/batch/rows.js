// The table of what was read, a row a picture: {file or pixels, name, text, lowest, marks, error}.
import { blobOf, newContext } from "../../document/shared/canvas.js";
import { UNSURE_BELOW } from "../../document/shared/digits.js";
import { handOver } from "../../document/shared/handover.js";
import { SIDE } from "./mnist.js";

const SHOWN_MAX = 2000; // rows; all are counted and exported
const KEYS = [({ name }) => name, ({ text }) => text ?? "", ({ lowest }) => lowest ?? -1, (row) => why(row) ?? ""];

export class Table {
  constructor(body, heads) {
    this.body = body;
    this.rows = [];
    this.column = null;
    this.descends = false;
    for (const [column, head] of heads.entries()) {
      head.querySelector("button").addEventListener("click", () => {
        this.descends = this.column === column && !this.descends;
        this.column = column;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", this.descends ? "descending" : "ascending");
        this.sort();
      });
    }
  }

  add(row) {
    this.rows.push(row);
    if (this.rows.length > SHOWN_MAX) return;
    const line = (row.line = this.body.insertRow());
    const open = line.insertCell().appendChild(document.createElement("button"));
    open.type = "button";
    open.title = T("batch_open");
    open.append(picture(row), Object.assign(document.createElement("span"), { textContent: row.name }));
    open.addEventListener("click", async () => handOver("photo", [row.file ?? (await fileOf(row))]));
    for (const text of [row.text, row.lowest == null ? "" : certainty(row.lowest), why(row)]) {
      line.insertCell().textContent = text ?? "";
    }
    line.cells[2].classList.toggle("unsure", row.lowest < UNSURE_BELOW);
    line.cells[3].classList.toggle("failed", Boolean(row.error));
  }

  sort() {
    if (this.column === null) return;
    const key = KEYS[this.column];
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true }));
    const lines = this.rows
      .filter(({ line }) => line)
      .sort((a, b) => compare(key(a), key(b)))
      .map(({ line }) => line);
    this.body.append(...(this.descends ? lines.reverse() : lines));
  }

  clear() {
    for (const image of this.body.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.body.replaceChildren();
    this.rows = [];
  }
}

function picture({ file, pixels }) {
  if (pixels) return painted(pixels);
  const image = Object.assign(new Image(), { alt: "", loading: "lazy", src: URL.createObjectURL(file) });
  image.addEventListener("error", () => (image.style.visibility = "hidden"));
  return image;
}

// Images of MNIST's are shown as they come, light on dark.
function painted(pixels) {
  const context = newContext(SIDE, SIDE);
  const data = context.createImageData(SIDE, SIDE);
  pixels.forEach((grey, i) => data.data.set([grey, grey, grey, 255], 4 * i));
  context.putImageData(data, 0, 0);
  return context.canvas;
}

async function fileOf({ pixels, name }) {
  const blob = await blobOf(painted(pixels));
  return new File([blob], `${name}.png`, { type: blob.type });
}

// Rounded down: what is not certain is never 100%.
function certainty(probability) {
  return `${(Math.floor(1000 * probability) / 10).toFixed(1)}%`;
}

function why({ error, text, marks }) {
  if (error || text) return error;
  return T(marks > 1 ? "not_digits" : marks ? "not_a_digit" : "none_found");
}
