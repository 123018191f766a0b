// The chosen digit's way through the classifier, in six squares: its ink, its pixels, maps of three layers, ten bars.
// While it plays, what is in a square flies into the next and becomes what that one holds.
import { groundOf } from "../../document/shared/canvas.js";
import { paintDigit } from "../../document/shared/digits.js";
import { colour } from "../../document/shared/palette.js";

const STEPS = 6;
const STEP = 2000; // milliseconds from one step to the next
const FLIGHT = 1100; // milliseconds of it in which things fly
const LAG = 0.5; // of a flight, that the last of many starts later than the first
const LONG = 100; // milliseconds that a frame counts at most: a page that is hidden gets none, and misses nothing
export const END = (STEPS - 1) * STEP + FLIGHT;

const [INK_STEP, PIXELS_STEP, BARS_STEP] = [0, 1, 5];
const ACROSS = 3; // maps in a row
const [EDGE, GAP, ROUND] = [0.06, 0.02, 0.15]; // of a square's side: around what is in it, between maps, its corners
const BARS = 10;
const PLAY = "M8 5.500v13l10.500-6.500z";
const PAUSE = "M8.500 6v12M15.500 6v12";

// How far thing `index` of `count` has flown into its place at a time: 0 before it starts, 1 when it is there.
export function flown(time, step, index, count) {
  const start = step * STEP + (FLIGHT * LAG * index) / count;
  const share = Math.min(1, Math.max(0, (time - start) / (FLIGHT * (1 - LAG))));
  return share * share * (3 - 2 * share);
}

// The step that a time belongs to.
export function stepAt(time) {
  return Math.min(STEPS - 1, Math.floor(time / STEP));
}

// Where the things of a step lie in its square, a box [left, top, width, height].
export function places(step, [left, top, side], probabilities) {
  if (step === INK_STEP || step === PIXELS_STEP) return [[left, top, side, side]];
  const edge = EDGE * side;
  const inner = side - 2 * edge;
  if (step === BARS_STEP) {
    const pitch = inner / BARS;
    const heights = probabilities.map((share) => Math.max(0.02, 0.82 * share) * inner);
    return heights.map((height, i) => [
      left + edge + (i + 0.15) * pitch,
      top + edge + inner - height,
      0.7 * pitch,
      height,
    ]);
  }
  const pitch = (inner + GAP * side) / ACROSS;
  return Array.from({ length: ACROSS ** 2 }, (_, i) => [
    left + edge + (i % ACROSS) * pitch,
    top + edge + Math.floor(i / ACROSS) * pitch,
    pitch - GAP * side,
    pitch - GAP * side,
  ]);
}

export function between(from, to, share) {
  return from.map((value, i) => value + (to[i] - value) * share);
}

export class Way {
  constructor(figure, motion = matchMedia("(prefers-reduced-motion: reduce)")) {
    this.figure = figure;
    this.motion = motion;
    this.canvas = figure.querySelector("canvas");
    this.player = figure.querySelector(".play");
    this.squares = [...figure.querySelectorAll(".squares button")];
    this.sentences = [...figure.querySelectorAll("span")];
    this.squares.forEach((square, step) => square.addEventListener("click", () => this.choose(step)));
    this.player.addEventListener("click", () => (this.playing ? this.stop() : this.play()));
    new ResizeObserver(() => this.fit()).observe(this.canvas);
    [this.content, this.time, this.isHeld] = [null, END, false];
    this.boxes = []; // of the squares on the canvas, known once that has its size: left, top, side
    this.setPlaying(false);
    this.goTo(STEPS - 1);
  }

  // Takes what is in the squares: ink, a bitmap or null; image, as paintDigit takes it; layers, pictures of maps in a row;
  // probabilities. null empties them.
  show(content) {
    this.content = content;
    this.figure.toggleAttribute("data-empty", !content);
    if (!content) {
      this.still();
      return this.paint();
    }
    content.pixels = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
    paintDigit(content.pixels, content.image);
    content.ground = content.ink && groundOf(content.ink);
    const label = content.probabilities.indexOf(Math.max(...content.probabilities));
    this.sentences.forEach((sentence, step) => {
      sentence.textContent = T(`why_step_${step + 1}`, { label });
      this.squares[step].setAttribute("aria-label", sentence.textContent);
    });
    this.paint();
  }

  // From the beginning, once; those who have chosen a step, or stopped it, are left at that.
  begin() {
    if (this.isHeld || this.motion.matches) return;
    this.time = END;
    this.play();
  }

  play() {
    this.isHeld = false;
    if (this.time >= END) this.time = 0;
    this.setPlaying(true);
    let last = performance.now();
    const frame = (now) => {
      this.time += Math.min(LONG, Math.max(0, now - last));
      last = now;
      this.goTo(stepAt(this.time));
      this.paint();
      if (this.time >= END) this.setPlaying(false);
      else this.frame = requestAnimationFrame(frame);
    };
    this.frame = requestAnimationFrame(frame);
  }

  stop() {
    this.isHeld = true;
    this.setPlaying(false);
  }

  choose(step) {
    this.stop();
    this.still();
    this.goTo(step);
  }

  // All squares as they are in the end.
  still() {
    if (!this.playing && this.time >= END) return;
    if (this.playing) this.goTo(STEPS - 1);
    this.setPlaying(false);
    this.time = END;
    this.paint();
  }

  setPlaying(playing) {
    cancelAnimationFrame(this.frame);
    this.playing = playing;
    this.player.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
    this.player.setAttribute("aria-label", T(playing ? "why_pause" : "why_play"));
  }

  goTo(step) {
    this.step = step;
    this.squares.forEach((square, i) => square.setAttribute("aria-pressed", i === step));
    this.sentences.forEach((sentence, i) => sentence.classList.toggle("now", i === step));
  }

  fit() {
    this.density = devicePixelRatio;
    this.canvas.width = this.canvas.clientWidth * this.density;
    this.canvas.height = this.canvas.clientHeight * this.density;
    this.boxes = this.squares.map(({ offsetLeft, offsetTop, offsetWidth }) =>
      [offsetLeft, offsetTop, offsetWidth].map((value) => value * this.density),
    );
    this.paint();
  }

  paint() {
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.content) return;
    const time = this.motion.matches ? END : this.time;
    const all = this.boxes.map((box, step) => places(step, box, this.content.probabilities));
    all.forEach((own, step) => {
      const before = all[Math.max(0, step - 1)];
      own.forEach((place, index) => {
        const share = flown(time, step, index, own.length);
        if (!share) return;
        const source = index % before.length;
        const box = between(before[source], place, share);
        if (share < 1 && step) paintThing(context, this.content, step - 1, source, box, 1 - share);
        paintThing(context, this.content, step, index, box, share);
      });
    });
    context.globalAlpha = 1;
  }
}

function paintThing(
  context,
  { ink, ground, pixels, layers, probabilities },
  step,
  index,
  [left, top, width, height],
  opacity,
) {
  context.globalAlpha = opacity;
  const box = [left, top, width, height];
  if (step === BARS_STEP) return paintBar(context, probabilities, index, box);
  const picture = [ink ?? pixels, pixels, ...layers][step];
  const isMap = step > PIXELS_STEP;
  const side = isMap ? picture.naturalHeight : picture.width;
  context.imageSmoothingEnabled = width < 1.5 * side || picture === ink;
  context.imageSmoothingQuality = "high";
  if (isMap) context.drawImage(picture, index * side, 0, side, side, ...box);
  else if (picture === pixels) context.drawImage(picture, ...box);
  else paintInk(context, picture, ground, box);
}

// The ink on its own paper, which has round corners, and an edge, as the page may be as white.
function paintInk(context, ink, ground, box) {
  context.save();
  context.beginPath();
  context.roundRect(...box, ROUND * box[2]);
  context.clip();
  context.fillStyle = colour(ground);
  context.fill();
  context.drawImage(ink, ...box);
  [context.strokeStyle, context.lineWidth] = [colour("paper-edge"), 0.03 * box[2]];
  context.stroke();
  context.restore();
}

function paintBar(context, probabilities, index, [left, top, width, height]) {
  const isBest = probabilities[index] === Math.max(...probabilities);
  context.fillStyle = colour(isBest ? "best" : "chalk-faint");
  context.fillRect(left, top, width, height);
  if (!isBest) return;
  context.font = `600 ${2 * width}px Digits, system-ui, sans-serif`;
  context.textAlign = "center";
  context.fillText(index, left + width / 2, top - 0.5 * width);
}
