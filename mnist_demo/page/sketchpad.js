// A canvas to draw on. Strokes are kept as points and drawn twice: crisp on the screen in the theme's colours, and
// black on white on the sheet that the server reads.
const SHEET_SIDE = 512; // pixels: the longest side of what is sent
const PENS = { fine: 0.012, medium: 0.026, bold: 0.048, eraser: 0.08 }; // stroke width / the pad's diagonal
const SEND_EVERY = 45; // milliseconds between two requests while the pen moves
const REPLAY = 500; // milliseconds to draw an example

const canvas = element.querySelector("canvas");
const hint = element.querySelector(".hint");
const status = element.querySelector(".connection");
const paper = canvas.getContext("2d");
const sheet = document.createElement("canvas").getContext("2d", { alpha: false, willReadFrequently: true });
const announce = announcer(element);

let width = 0; // of the pad in CSS pixels, the unit of every point
let height = 0;
let strokes = [];
let undone = [];
let drawing = null; // the pointer that draws
let tool = "medium";
let reading = EMPTY;
let change = 0; // counts everything that alters the drawing
let erasure = 0; // counts what takes something away: an answer asked for earlier is not shown after it
let asking = false;
let busy = false;
let hurry = () => {};

// ---- strokes

// Draws a stroke from its point number `start` on, smoothly: a curve through the middles between its points.
function draw(context, { points, thickness, erases }, start = 0) {
  const middle = (i) => [(points[i - 1][0] + points[i][0]) / 2, (points[i - 1][1] + points[i][1]) / 2];
  const onSheet = context === sheet;
  context.globalCompositeOperation = erases && !onSheet ? "destination-out" : "source-over";
  context.strokeStyle = onSheet ? (erases ? "#fff" : "#000") : getComputedStyle(canvas).color;
  context.lineWidth = thickness;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...(start < 2 ? points[0] : middle(start - 1)));
  for (let i = Math.max(start, 2); i < points.length; i++) context.quadraticCurveTo(...points[i - 1], ...middle(i));
  context.lineTo(...points.at(-1));
  context.stroke();
}

function redraw() {
  paper.clearRect(0, 0, width, height);
  sheet.fillStyle = "#fff";
  sheet.fillRect(0, 0, width, height);
  for (const stroke of strokes) for (const context of [paper, sheet]) draw(context, stroke);
}

function begin(point, erases = tool === "eraser", pen = PENS[tool]) {
  strokes.push({ points: [], thickness: pen * Math.hypot(width, height), erases });
  undone = [];
  extend([point]);
}

function extend(points) {
  const stroke = strokes.at(-1);
  const start = stroke.points.length;
  stroke.points.push(...points);
  for (const context of [paper, sheet]) draw(context, stroke, start);
  changed();
}

function undo() {
  if (!strokes.length) return;
  undone.push(strokes.pop());
  redraw();
  changed(true);
}

function redo() {
  if (!undone.length) return;
  strokes.push(undone.pop());
  redraw();
  changed();
}

function clear() {
  if (!strokes.length) return;
  strokes = [];
  undone = [];
  redraw();
  changed(true);
}

// ---- reading along

function changed(takesAway = false) {
  change++;
  if (takesAway) erasure++;
  hint.classList.toggle("gone", strokes.length > 0);
  element.querySelector("[data-action=undo]").disabled = !strokes.length;
  element.querySelector("[data-action=redo]").disabled = !undone.length;
  element.querySelector("[data-action=clear]").disabled = !strokes.length;
  if (!strokes.length) reading = EMPTY;
  if (!busy || takesAway) show(strokes.length > 0);
  readAlong();
}

// Announces the reading; busy means that it is older than the drawing.
function show(isBusy) {
  busy = isBusy;
  const tip = strokes.at(-1)?.points.at(-1) ?? [0, 0];
  const picture = () => new Promise((resolve) => sheet.canvas.toBlob(resolve));
  announce(reading, { busy, at: [tip[0] * sheetScale(), tip[1] * sheetScale()], picture });
}

// One request at a time; when its answer is there, the newest drawing is next. What was drawn in between is skipped.
async function readAlong() {
  if (asking) return;
  asking = true;
  for (let read = null; read !== change; ) {
    read = change;
    const since = erasure;
    const current = () => since === erasure;
    const answer = strokes.length
      ? await ask(() => server.read(sheet.canvas.toDataURL()), status, current)
      : EMPTY;
    if (answer && current()) {
      if (answer.error) status.textContent = translate(answer.error);
      reading = answer.error ? EMPTY : answer;
      show(read !== change);
    }
    if (drawing !== null) await new Promise((wake) => setTimeout((hurry = wake), SEND_EVERY));
  }
  asking = false;
}

// ---- pointer, keyboard, buttons

const position = (event) => {
  const { left, top } = canvas.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
};

canvas.addEventListener("pointerdown", (event) => {
  if (drawing !== null || event.button > 0 && event.button !== 5) return;
  event.preventDefault(); // no text selection, no dragging
  canvas.focus({ preventScroll: true, focusVisible: false });
  canvas.setPointerCapture(event.pointerId);
  stopReplay();
  drawing = event.pointerId;
  const isPenEraser = event.button === 5;
  begin(position(event), isPenEraser || undefined, isPenEraser ? PENS.eraser : undefined);
});

canvas.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drawing) return;
  const events = event.getCoalescedEvents?.() ?? [];
  extend((events.length ? events : [event]).map(position));
});

for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) {
  canvas.addEventListener(type, (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    hurry();
  });
}

const actions = { undo, redo, clear };

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
  if (action) actions[action]();
  if (example) replay(props.examples[example].path);
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
  actions[action]();
});

// ---- examples: polylines of an SVG path in a 100 x 60 box, drawn as if by hand

let replaying = 0;

function stopReplay() {
  replaying++;
}

async function replay(path) {
  const example = path.split("M").slice(1).map((line) => line.split("L").map((point) => point.split(" ").map(Number)));
  const mine = ++replaying;
  clear();
  choose("medium");
  const scale = Math.min(width / 100, height / 60);
  const place = ([x, y]) => [width / 2 + (x - 50) * scale, height / 2 + (y - 30) * scale];
  const total = example.flat().length;
  const instantly = matchMedia("(prefers-reduced-motion: reduce)").matches;
  for (const points of example) {
    begin(place(points[0]));
    for (let i = 1; i < points.length; ) {
      const step = instantly ? points.length : Math.ceil((total * 16) / REPLAY);
      if (!instantly) await new Promise(requestAnimationFrame);
      if (mine !== replaying) return;
      extend(points.slice(i, i + step).map(place));
      i += step;
    }
  }
}

// ---- size and colours

function sheetScale() {
  return Math.min(1, SHEET_SIDE / Math.max(width, height));
}

function resize() {
  const box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return;
  const grown = width ? Math.min(box.width / width, box.height / height) : 1;
  [width, height] = [box.width, box.height];
  for (const stroke of [...strokes, ...undone]) {
    stroke.points = stroke.points.map(([x, y]) => [x * grown, y * grown]);
    stroke.thickness *= grown;
  }
  for (const [context, scale] of [[paper, devicePixelRatio], [sheet, sheetScale()]]) {
    context.canvas.width = Math.round(width * scale);
    context.canvas.height = Math.round(height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
  }
  redraw();
}

new ResizeObserver(resize).observe(canvas);
new MutationObserver(redraw).observe(document.body, { attributeFilter: ["class"] }); // light or dark
resize();
