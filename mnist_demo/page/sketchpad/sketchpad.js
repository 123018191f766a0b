// A pad to draw on. Its strokes lie on a paper that is shown scaled, and are drawn twice: on the screen in the theme's
// colours, and black on white on the sheet that the server reads.
import { EMPTY } from "../../document/shared/digits.js";
import { announcer } from "../../document/shared/announcer.js";
import { worded } from "../../document/shared/faults.js";
import { Surface, extend, polylines, scratchedOut } from "./ink.js";
import { Sheet } from "./sheet.js";
import { Drawing } from "./drawing.js";
import { Follower } from "./follower.js";
import { followHand } from "./hand.js";
import { fitted, magnified, onPad, onPaper } from "./view.js";
import { welcome } from "./welcome.js";

const PENS = { fine: 0.012, medium: 0.026, bold: 0.048, eraser: 0.08 }; // stroke width / the pad's diagonal
const REPLAY = 500; // milliseconds to draw an example
const WELCOME = 1; // the example that draws itself on a first visit

const canvas = element.querySelector("canvas");
const hint = element.querySelector(".hint");
const status = element.querySelector(".connection");
const buttons = Object.fromEntries([...element.querySelectorAll("[data-action]")].map((b) => [b.dataset.action, b]));
const screen = new Surface(canvas);
const sheet = new Sheet();
const announce = announcer(element);
const drawing = new Drawing();

let width = 0; // of the pad in CSS pixels
let height = 0;
let view = [1, 0, 0]; // the paper's place on the pad
let live = null; // the stroke that is being drawn
let tool = "medium";
let reading = EMPTY;
let hasFailed = false; // to be read: a fault has nothing to say of the drawing
let busy = false;
let replay = null; // the example that is drawing itself
let isShow = false; // whether the drawing was made to welcome someone: a hand's first stroke takes its place

// ---- strokes

function begin(point, erases = tool === "eraser") {
  const pen = PENS[erases ? "eraser" : tool];
  live = { points: [point], thickness: (pen * Math.hypot(width, height)) / view[0], erases };
  changed();
}

function move(points) {
  for (const point of points) extend(live, point);
  changed();
}

function end(isMore = false) {
  const stroke = live;
  live = null;
  const scratched = scratchedOut(stroke, drawing.strokes);
  const kept = drawing.strokes.filter((other) => !scratched.includes(other));
  drawing.change(scratched.length ? kept : [...kept, stroke], seen(), isMore);
  if (scratched.length) changed(true);
  else update(); // the ink is the same, and need not be read again
}

function cancel() {
  live = null;
  changed(true);
}

const actions = {
  undo: () => drawing.past.length && alter(() => drawing.undo()),
  redo: () => drawing.future.length && alter(() => drawing.redo()),
  clear: () => drawing.strokes.length && alter(() => drawing.change([], seen())),
};

function alter(act) {
  act();
  place();
  changed(true);
}

function changed(takesAway = false) {
  follower.changed(takesAway);
  update(takesAway);
}

const isBlank = () => !drawing.strokes.length && !live;

function update(takesAway = false) {
  hint.classList.toggle("gone", !isBlank());
  buttons.undo.disabled = !drawing.past.length;
  buttons.redo.disabled = !drawing.future.length;
  buttons.clear.disabled = isBlank();
  if (isBlank()) reading = EMPTY;
  if (!live && !isShow) drawing.keep();
  paint();
  if (!busy || takesAway || !live) show();
  follower.follow();
}

// ---- the screen, painted once a frame

let isDue = false;

function paint() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    screen.show(drawing.strokes, live, getComputedStyle(canvas).color);
  });
}

// Finds the paper's place on the pad: all that was ever seen of the drawing is seen, as large as can be.
function place() {
  view = fitted(drawing.extent ?? [0, 0, width, height], width, height);
  const density = devicePixelRatio;
  screen.fit(width * density, height * density, magnified(view, density));
  sheet.fit(width, height, view);
}

// The part of the paper that is seen.
function seen() {
  return [...onPaper(view, [0, 0]), ...onPaper(view, [width, height])];
}

function resize() {
  const box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return; // on a tab that is not shown
  const isFirst = !width;
  [width, height] = [box.width, box.height];
  place();
  if (isFirst) changed(); // a drawing that was brought back is read
  if (isFirst && !drawing.strokes.length) welcome(() => play(props.examples[WELCOME].path, true));
  screen.show(drawing.strokes, live, getComputedStyle(canvas).color); // at once: a new size has wiped the canvas
}

// ---- reading along

const follower = new Follower({
  read: async () => (isBlank() ? EMPTY : server.read(sheet.url(drawing.strokes, live))),
  moves: () => live !== null,
  show(answer) {
    hasFailed = Boolean(answer.error);
    if (hasFailed) status.textContent = worded(answer.error);
    reading = hasFailed ? EMPTY : answer;
    show();
  },
  status,
});

// Announces the reading; busy means that it is older than the drawing.
function show() {
  busy = (follower.isBehind || hasFailed) && !isBlank();
  const tip = onPad(view, (live ?? drawing.strokes.at(-1))?.points.at(-1) ?? [0, 0]);
  const at = tip.map((value) => value * sheet.scale);
  const picture = !isBlank() && sheet.pictureOf(drawing.strokes, live);
  announce(reading, { busy, moves: live !== null, at, picture });
}

// ---- hand, keyboard, buttons

const position = ({ clientX, clientY }) => {
  const { left, top } = canvas.getBoundingClientRect();
  return onPaper(view, [clientX - left, clientY - top]);
};

followHand(canvas, {
  begin(event) {
    canvas.focus({ preventScroll: true, focusVisible: false });
    stopReplay();
    if (isShow) alter(() => drawing.forget());
    isShow = false;
    begin(position(event), event.button === 5 || undefined); // a pen's other end
  },
  move: (events) => move(events.map(position)),
  end() {
    end();
    follower.lifted();
  },
  cancel,
});

function choose(name) {
  tool = name;
  for (const button of element.querySelectorAll("[data-tool]")) {
    button.setAttribute("aria-pressed", button.dataset.tool === name);
  }
}

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { tool: name, action, example } = button.dataset;
  if (name) choose(name);
  if (action || example) stopReplay();
  if (action && !live) actions[action]();
  if (example && !live) play(props.examples[example].path);
});

document.addEventListener("keydown", (event) => {
  if (!element.checkVisibility() || event.target.closest("input, textarea")) return;
  const key = event.key.toLowerCase();
  let action = null;
  if (event.target === canvas && (key === "delete" || key === "backspace")) action = "clear";
  if ((event.ctrlKey || event.metaKey) && key === "z") action = event.shiftKey ? "redo" : "undo";
  if (event.ctrlKey && key === "y") action = "redo";
  if (!action) return;
  event.preventDefault();
  stopReplay();
  if (!live) actions[action]();
});

// ---- examples: polylines of an SVG path in a 100 x 60 box, drawn as if by hand, and undone as one

function stopReplay() {
  if (!replay) return;
  replay = null;
  if (live) end(true);
}

async function play(path, toWelcome = false) {
  isShow = toWelcome;
  const mine = polylines(path);
  replay = mine;
  alter(() => drawing.change([], seen()));
  choose("medium");
  const middle = fitted([0, 0, 100, 60], width, height);
  const placed = (point) => onPaper(view, onPad(middle, point));
  const instantly = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const step = instantly ? Infinity : Math.ceil((mine.flat().length * 16) / REPLAY);
  for (const points of mine) {
    begin(placed(points[0]));
    for (let i = 1; i < points.length; i += step) {
      if (!instantly) await new Promise(requestAnimationFrame);
      if (mine !== replay) return;
      move(points.slice(i, i + step).map(placed));
    }
    end(true);
  }
  replay = null;
}

drawing.restore();
new ResizeObserver(resize).observe(canvas);
new MutationObserver(paint).observe(document.body, { attributeFilter: ["class"] }); // light or dark
resize();
