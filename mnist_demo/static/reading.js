// What marks say: mnist_demo/reading.py in JavaScript. A table of cases, tests/readings.json, holds for both.
import { isDigit } from "../document/shared/digits.js";

const SIGNS = [..."0123456789.,-/:", null]; // what the model tells apart; null is anything else
// Constants are reading.py's, which tells what they were chosen on.
const TELLING = "123457"; // digits that tell the way up
const [CLEAR, OTHERS_MAX, TURN_SHARE, LONE, TURN_SIDE] = [0.9, 3, 0.5, 0.2, 64];
const [SEEN, SEEN_BETWEEN, DIGIT_SHARE, BESIDE_SHARE] = [0.6, 0.5, 0.58, 0.4];
const [LEVEL, LOW] = [0.4, 0.5];
const [SPACE, SPACE_TO_GAP, SHARPER] = [0.9, 2.2, 3];

const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;
const isSign = (mark) => mark.label !== null && !isDigit(mark);
const best = (values) => values.indexOf(Math.max(...values));

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

// Reads a page, { grey, width, height, scale }, with read(page), which gives marks; and turns it where its readings say so.
export async function recognize(page, read, mayTurn = true) {
  const marks = [await read(page)];
  const upright = readMarks(marks[0], page.scale);
  const tells = [...upright.text].some((character) => TELLING.includes(character));
  if (!mayTurn || Math.min(page.width, page.height) < TURN_SIDE || (isClear(upright, 1) && tells)) return upright;
  let chosen = upright;
  for (const turned of [1, 2, 3]) {
    marks.push(await read(turn(page, turned)));
    const reading = { ...readMarks(marks[turned], page.scale), turned };
    if (isClear(reading) && (chosen === upright || evidence(reading) > evidence(chosen))) chosen = reading;
  }
  if (evidence(chosen) <= TURN_SHARE * evidence(upright)) return upright;
  return chosen.text.length === 1 && !standsOut(marks, chosen.turned) ? upright : chosen;
}

// Whether the likeliest digit of a page turned so is likelier than other writing in its place any other way up.
function standsOut(marks, turned) {
  const digits = marks.map((each) => each.map(({ signs }) => sum([...signs].slice(0, 10))));
  const others = marks.map((each, i) => (each.length && i !== turned ? each[best(digits[i])].signs.at(-1) : 0));
  return Math.max(...digits[turned]) - Math.max(...others) >= LONE;
}

function evidence({ digits, turned }) {
  const tells = (mark) => (turned ? TELLING.includes(mark.label) : isDigit(mark));
  return sum(digits.filter(tells).map(({ confidence }) => confidence));
}

function isClear({ digits }, othersMax = OTHERS_MAX) {
  const sure = digits.filter(isDigit).map(({ confidence }) => confidence);
  const others = digits.filter(({ label }) => label === null).length;
  return sure.length > 0 && mean(sure) >= CLEAR && others < othersMax * sure.length;
}

// Turns a page by quarters to the left.
export function turn({ grey, width, height, scale }, quarters) {
  if (!quarters) return { grey, width, height, scale };
  const turned = new Uint8Array(grey.length);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < height; x++) turned[y * height + x] = grey[x * width + width - 1 - y];
  }
  return turn({ grey: turned, width: height, height: width, scale }, quarters - 1);
}

// Takes marks, each { box, signs, probabilities, image }; returns the reading, its digits in reading order.
export function readMarks(all, scale = 1) {
  const isSeen = (mark) => sum(mark.signs) >= (isSign(mark) ? SEEN_BETWEEN : SEEN);
  const labelled = all.map((mark) => ({ ...mark, label: labelOf(mark.signs) }));
  const faint = labelled.filter((mark) => !isSeen(mark));
  const isBetween = (line, i) => i > 0 && i < line.length - 1 && isDigit(line[i - 1]) && isDigit(line[i + 1]);
  const lines = findLines(labelled.filter(isSeen)).map((line) =>
    line.filter(({ signs }, i) => sum(signs) >= SEEN || isBetween(line, i)),
  );
  for (const line of lines) {
    for (const mark of besideDigits(line)) mark.label = digitIn(mark.signs, BESIDE_SHARE);
    const first = line.find(({ label }) => label !== null);
    if (first?.label === "/") first.label = digitIn(first.signs) ?? "/"; // no number begins with a slash
    if (line.some(isDigit)) continue;
    for (const mark of line) mark.label = null; // signs without a number
  }
  return { text: textOf(lines, faint), digits: lines.flat().map((mark) => digitOf(mark, scale)), turned: 0 };
}

// The likeliest sign's label, all digits counting as one sign until one of them is chosen.
export function labelOf(signs) {
  const others = [...signs].slice(10, -1);
  const sign = Math.max(...others);
  if (sign > sum([...signs].slice(0, 10))) return sign >= signs.at(-1) ? SIGNS[10 + best(others)] : null;
  return digitIn(signs);
}

// The likeliest digit, or null where too little speaks for digits, and not for other writing.
function digitIn(signs, share = DIGIT_SHARE) {
  const digits = [...signs].slice(0, 10);
  return sum(digits) > 0 && sum(digits) >= share * (sum(digits) + signs.at(-1)) ? SIGNS[best(digits)] : null;
}

// The marks of a line that have no label, but a digit next to them that they do not touch.
function besideDigits(line) {
  const standing = line.filter((mark) => mark.label === null || isDigit(mark));
  const tall = ({ box }) => box[3] - box[1];
  const near = standing
    .slice(1)
    .map((mark, i) => [standing[i], mark])
    .filter(([a, b]) => a.box[2] < b.box[0] && b.box[0] < a.box[2] + SPACE * Math.max(tall(a), tall(b)));
  return near
    .flatMap(([a, b]) => [...(isDigit(b) ? [a] : []), ...(isDigit(a) ? [b] : [])])
    .filter(({ label }) => label === null);
}

function digitOf({ box, signs, probabilities, image, label }, scale) {
  const [left, top, right, bottom] = box.map((side) => Math.round(side * scale));
  const confidence = isSign({ label }) ? sureness(signs, label) : Math.max(...probabilities);
  return {
    label,
    confidence,
    box: [left, top, Math.max(right, left + 1), Math.max(bottom, top + 1)],
    probabilities,
    image,
  };
}

// How likely a mark is the sign, neither a digit nor another sign nor nothing.
function sureness(signs, label) {
  const among = [sum([...signs].slice(0, 10)), ...[...signs].slice(10), 1 - sum(signs)];
  const shares = among.map((share) => Math.max(share, 0) ** SHARPER);
  return shares[SIGNS.indexOf(label) - 9] / sum(shares);
}

// The marks of each line from left to right, the lines from top to bottom.
function findLines(marks) {
  const lines = [];
  const ordered = [...marks].sort((a, b) => a.box[0] - b.box[0]);
  for (const mark of ordered.filter((one) => !isSign(one))) {
    const beside = lines.filter((line) => sharedHeight(line.at(-1).box, mark.box) >= LEVEL);
    if (beside.length) beside[best(beside.map((line) => line.at(-1).box[2]))].push(mark);
    else lines.push([mark]);
  }
  const standing = lines.map((line) => [...line]); // a sign is near to what stands, not to another sign
  for (const mark of ordered.filter(isSign)) {
    const distances = standing.map((line) => distance(line, mark));
    if (Math.min(...distances) < 1) lines[best(distances.map((value) => -value))].push(mark);
  }
  for (const line of lines) line.sort((a, b) => a.box[0] + a.box[2] - b.box[0] - b.box[2]);
  const middle = (line) => mean(line.map(({ box }) => box[1] + box[3]));
  return lines.sort((a, b) => middle(a) - middle(b));
}

// How much of the lower one's height two boxes share, below 0 where they share none.
function sharedHeight(a, b) {
  return (Math.min(a[3], b[3]) - Math.max(a[1], b[1])) / Math.max(Math.min(a[3] - a[1], b[3] - b[1]), 1e-3);
}

// How far a small sign is from the nearest digit of a line, 1 being too far.
function distance(line, { box }) {
  const height = median(line.map((other) => other.box[3] - other.box[1]));
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
  const across = line.map((other) => Math.max(other.box[0] - x, x - other.box[2], 0) / (2 * height));
  const near = line[best(across.map((value) => -value))].box;
  return Math.max(Math.min(...across), Math.max(near[1] - y, y - near[3], 0) / (LOW * height));
}

// What lines say, joined by newlines, with a space in each wide gap.
function textOf(lines, faint) {
  const texts = [];
  for (const line of lines) {
    const read = line.filter(({ label }) => label !== null);
    const digits = read.filter(isDigit);
    if (!digits.length) continue;
    const height = median(digits.map(({ box }) => box[3] - box[1]));
    const others = [...line.filter(({ label }) => label === null), ...faint].map(({ box }) => box);
    const gaps = read.slice(1).map(({ box }, i) => gap(read[i].box, box, others));
    const wide = Math.max(SPACE * height, SPACE_TO_GAP * Math.max(0, median(gaps.length ? gaps : [0])));
    texts.push(read.map(({ label }, i) => (i && gaps[i - 1] > wide ? ` ${label}` : label)).join(""));
  }
  return texts.join("\n");
}

// The widest stretch between two marks of a line in which no other stands.
function gap(left, right, others) {
  const [top, bottom] = [Math.min(left[1], right[1]), Math.max(left[3], right[3])];
  const between = others
    .filter((box) => box[1] < bottom && box[3] > top && box[2] > left[2] && box[0] < right[0])
    .sort((a, b) => a[0] - b[0]);
  let [end, widest] = [left[2], 0];
  for (const box of [...between, right]) {
    widest = Math.max(widest, box[0] - end);
    end = Math.max(end, box[2]);
  }
  return widest;
}
