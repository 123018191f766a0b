// What stands on this tab is asked for when it is shown: the steps anew, on the picture that was last read.
import { ask } from "../../document/shared/ask.js";
import { newContext } from "../../document/shared/canvas.js";
import { areNarrow, paintDigit } from "../../document/shared/digits.js";
import { worded } from "../../document/shared/faults.js";

const LABELLED = 0.06; // of the picture's width, that most boxes have where there is room for a label above each
const digits = element.querySelector(".digits");
const boxed = element.querySelector(".boxed");
const whose = element.querySelector(".whose"); // the steps are, or what they wait for
const code = [
  "from gradio_client import Client, handle_file",
  `client = Client("${location.origin + location.pathname}")`,
  'print(client.predict(handle_file("digits.jpg"), api_name="/recognize")["text"])',
];
element.querySelector("code").textContent = code.join("\n");

let visit = 0; // leaving the tab ends what is asked there
let isFilled = false;

new IntersectionObserver((entries) => {
  if (!entries.at(-1).isIntersecting) {
    visit++;
    isFilled = false;
    return;
  }
  if (isFilled) return;
  isFilled = true;
  showSteps();
  showCard();
}).observe(element.querySelector(".steps"));

async function showSteps() {
  const mine = visit;
  const picture = await window.lastPicture?.();
  const askForSteps = () => server.steps(picture ? { binary: true, data: { picture } } : null);
  const steps = await ask(askForSteps, whose, () => mine === visit);
  if (!steps) return;
  if (steps.error) {
    whose.textContent = worded(steps.error);
    return;
  }
  whose.textContent = T(picture ? "steps_own" : "steps_example");
  for (const image of element.querySelectorAll(".steps img")) {
    image.src = image.matches(".heat") ? steps.heat : steps.picture;
    await image.decode();
    image.hidden = false;
    if (!image.matches(".heat"))
      image.closest(".sheet").style.setProperty("--ratio", image.naturalWidth / image.naturalHeight);
  }
  for (const box of boxed.querySelectorAll("i")) box.remove();
  const boxes = steps.marks.map(({ box }) => box);
  boxed.classList.toggle("small", areNarrow(boxes, LABELLED));
  for (const {
    label,
    box: [left, top, right, bottom],
  } of steps.marks) {
    const box = boxed.appendChild(document.createElement("i"));
    box.dataset.label = label ?? "";
    box.style.cssText = `left:${100 * left}%;top:${100 * top}%;width:${100 * (right - left)}%;height:${100 * (bottom - top)}%`;
  }
  const rows = steps.images.length > 2 ? 2 : 1;
  digits.style.setProperty("--rows", rows);
  digits.style.setProperty("--columns", Math.ceil(steps.images.length / rows));
  digits.replaceChildren(...steps.images.map(drawn));
}

function drawn(image) {
  const { canvas } = newContext(28, 28);
  paintDigit(canvas, image);
  return canvas;
}

async function showCard() {
  const card = element.querySelector(".card");
  const { figures = [], plots = [], source } = (card.hidden && (await server.card(null))) || {};
  if (!card.hidden || !(figures.length + plots.length)) return; // an earlier visit's answer may have filled it by now
  addRow("th", [T("figures_on"), T("figures_right"), T("figures_count")]);
  for (const { name, share, count } of figures) addRow("td", [T(`figure_${name}`), inPercent(share), grouped(count)]);
  const [first] = figures;
  card.querySelector(".headline").hidden = card.querySelector("details").hidden = !first;
  if (first) {
    card.querySelector(".headline strong").textContent = inPercent(first.share);
    card.querySelector(".headline span").textContent = T(`figure_${first.name}`);
  }
  card.querySelector(".plots").replaceChildren(...plots.map(captioned));
  const link = card.querySelector(".source");
  if (source) link.href = source;
  link.hidden = !source;
  card.hidden = false;
}

function addRow(kind, texts) {
  const line = element.querySelector(".figures table").insertRow();
  for (const text of texts) line.appendChild(document.createElement(kind)).textContent = text;
}

// Rounded down to a tenth: what is not all is never 100%.
function inPercent(share) {
  const form = { style: "percent", maximumFractionDigits: 1 };
  return (Math.floor(1000 * share + 1e-9) / 1000).toLocaleString(Language.chosen, form);
}

function grouped(count) {
  return count.toLocaleString(Language.chosen);
}

function captioned({ name, data }) {
  const figure = document.createElement("figure");
  const caption = Object.assign(document.createElement("figcaption"), { textContent: T(`plot_${name}`) });
  figure.append(caption, Object.assign(new Image(), { src: data, alt: "" }));
  return figure;
}
