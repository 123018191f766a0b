// Ink: strokes of points, how they are drawn, and when one scratches others out. A stroke is {points, thickness,
// erases}, in the units of a paper without edges, of which a pad shows a part.
//
// Of the libraries for ink, perfect-freehand leaves out the first pen's width of a stroke, with a broad pen a good part
// of a digit, and signature_pad draws as it goes, so that what is drawn again looks otherwise. A canvas's own strokes
// have neither fault, where each is drawn whole.
const SPACING = 0.15; // between two points / the thickness: what is nearer is the tremor of a hand or a mouse
const SPACING_MIN = 2; // in the paper's units
const SCRATCH_LEGS = 7; // to and fro, that make a stroke a scratch; an 8 has four
const LEG = 0.4; // length of such a leg / the scratch's
const COVERED = 0.5; // of a stroke's points, that a scratch takes away with it

// Adds a point. The last one is where the pen is; it stays once it is far enough from the one before.
export function extend({ points, thickness }, point) {
  const [before, last] = points.slice(-2);
  const isNear =
    last && Math.hypot(last[0] - before[0], last[1] - before[1]) < Math.max(SPACING_MIN, SPACING * thickness);
  if (isNear) points[points.length - 1] = point;
  else points.push(point);
}

// Draws strokes as curves through the middles between their points, each heading for the point.
export function draw(context, strokes, colour) {
  context.strokeStyle = colour;
  context.lineCap = context.lineJoin = "round";
  for (const { points, thickness, erases } of strokes) {
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    context.lineWidth = thickness;
    context.beginPath();
    context.moveTo(...points[0]);
    for (let i = 1; i < points.length - 1; i++) {
      const [[x, y], [u, v]] = [points[i], points[i + 1]];
      context.quadraticCurveTo(x, y, (x + u) / 2, (y + v) / 2);
    }
    const [x, y] = points.at(-1);
    context.lineTo(x + 0.01, y); // a line of no length is not drawn, and a tap is a dot
    context.stroke();
  }
}

// A canvas that shows strokes. Finished ones are kept on a second canvas: a frame costs no more than the newest stroke.
export class Surface {
  constructor(canvas, ground = null) {
    this.ground = ground; // the paper's colour; without one, what is below shines through
    this.wet = canvas.getContext("2d", { willReadFrequently: ground !== null });
    this.dry = document.createElement("canvas").getContext("2d");
  }

  // Takes a size in pixels of its own, and where the paper lies on it: scale and place of its origin. A canvas has whole
  // pixels, so what it shows is stretched by a fraction of one.
  fit(width, height, [scale, x, y]) {
    const size = [Math.round(width), Math.round(height)];
    const [across, down] = [size[0] / width, size[1] / height];
    for (const context of [this.wet, this.dry]) {
      [context.canvas.width, context.canvas.height] = size;
      context.setTransform(across * scale, 0, 0, down * scale, across * x, down * y);
    }
    this.drawn = null;
  }

  show(strokes, newest, colour) {
    const goesOn = this.drawn?.every((stroke, i) => stroke === strokes[i]) && this.colour === colour;
    if (!goesOn) whole(this.dry, ({ width, height }) => this.dry.clearRect(0, 0, width, height));
    draw(this.dry, strokes.slice(goesOn ? this.drawn.length : 0), colour);
    [this.drawn, this.colour] = [strokes, colour];
    whole(this.wet, ({ width, height }) => {
      this.wet.clearRect(0, 0, width, height);
      this.wet.drawImage(this.dry.canvas, 0, 0);
    });
    if (newest) draw(this.wet, [newest], colour);
    if (!this.ground) return;
    whole(this.wet, ({ width, height }) => {
      this.wet.globalCompositeOperation = "destination-over";
      this.wet.fillStyle = this.ground;
      this.wet.fillRect(0, 0, width, height);
    });
  }
}

// Acts on a canvas in its own pixels.
function whole(context, act) {
  context.save();
  context.resetTransform();
  context.globalCompositeOperation = "source-over";
  act(context.canvas);
  context.restore();
}

// The lines of an SVG path that moves to a point and draws straight lines: "M1 2L3 4L5 6M7 8L9 10".
export function polylines(path) {
  const lines = path.split("M").slice(1);
  return lines.map((line) => line.split("L").map((point) => point.split(" ").map(Number)));
}

// The smallest box, [left, top, right, bottom], around points.
export function bounds(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

// The strokes that a stroke scratches out: those that lie under it, if it is a dense zigzag.
export function scratchedOut(scratch, strokes) {
  const along = direction(scratch.points);
  const turned = ([x, y]) => [x * along[0] + y * along[1], y * along[0] - x * along[1]];
  const points = scratch.points.map(turned);
  if (scratch.erases || countLegs(points.map(([x]) => x)) < SCRATCH_LEGS) return [];
  const [left, top, right, bottom] = bounds(points);
  const isUnder = ([x, y]) => left <= x && x <= right && top <= y && y <= bottom;
  return strokes.filter((stroke) => {
    const under = stroke.points.map(turned).filter(isUnder).length;
    return !stroke.erases && under >= COVERED * stroke.points.length;
  });
}

// The direction that a line keeps to most, as a unit vector. Angles are doubled, so that to and fro are one.
function direction(points) {
  let [cosine, sine] = [0, 0];
  for (let i = 1; i < points.length; i++) {
    const [x, y] = [points[i][0] - points[i - 1][0], points[i][1] - points[i - 1][1]];
    const length = Math.hypot(x, y) || 1;
    cosine += (x * x - y * y) / length;
    sine += (2 * x * y) / length;
  }
  const angle = Math.atan2(sine, cosine) / 2;
  return [Math.cos(angle), Math.sin(angle)];
}

// How often values go up or down by more than a leg.
function countLegs(values) {
  const least = LEG * (Math.max(...values) - Math.min(...values));
  let [low, high, goesUp, legs] = [values[0], values[0], null, 0];
  for (const value of values) {
    [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (goesUp !== true && value - low > least) [goesUp, high, legs] = [true, value, legs + 1];
    else if (goesUp !== false && high - value > least) [goesUp, low, legs] = [false, value, legs + 1];
  }
  return legs;
}
