// Reading order and text are written twice: these cases, of tests/readings.json, hold for Python's reading.py too.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { labelOf, readMarks, recognize, turn } from "../../mnist_demo/static/reading.js";

const SIGNS = [..."0123456789.,-/:", null];
const cases = JSON.parse(readFileSync(new URL("../readings.json", import.meta.url), "utf8"));

function asMark([left, top, right, bottom, label, certainty]) {
  const signs = SIGNS.map((sign) => (sign === label ? certainty : 0));
  const probabilities = signs.slice(0, 10).map((share) => (/\d/.test(label) ? share + (1 - certainty) / 10 : 0.1));
  return { box: [left, top, right, bottom], signs, probabilities, image: [] };
}

for (const { name, marks, text } of cases) {
  test(name, () => assert.equal(readMarks(marks.map(asMark)).text, text));
}

test("boxes are in the picture's pixels, and never empty", () => {
  const { digits } = readMarks([asMark([10, 20, 10.1, 40, "1", 0.9])], 2.5);
  assert.deepEqual(digits[0].box, [25, 50, 26, 100]);
});

test("all digits count as one sign until one of them is chosen", () => {
  const signs = SIGNS.map((sign) => (sign === "/" ? 0.4 : sign === "1" || sign === "7" ? 0.25 : 0));
  assert.equal(labelOf(signs), "1");
});

test("a number begins with no slash, where that may be a digit", () => {
  const mark = { ...asMark([0, 0, 40, 100, "/", 0.5]), probabilities: Array(10).fill(0.1) };
  const next = asMark([60, 0, 120, 100, "3", 0.9]);
  mark.signs[1] = 0.3;
  assert.equal(readMarks([mark, next]).text, "13");
  assert.equal(
    readMarks([next, { ...mark, box: [140, 0, 180, 100] }, asMark([200, 0, 260, 100, "3", 0.9])]).text,
    "3/3",
  );
  mark.signs[15] = 0.4;
  assert.equal(readMarks([mark, next]).text, "/3");
});

test("less has to speak for a digit beside another", () => {
  const four = asMark([70, 0, 130, 100, "4", 0.9]);
  const unsure = (left) => asMark([left, 0, left + 60, 100, null, 0.5]);
  const read = (...marks) => {
    for (const { signs } of marks.filter((mark) => mark !== four)) signs[7] = 0.45;
    return readMarks(marks).text;
  };
  assert.equal(read(four, unsure(140)), "47");
  assert.equal(read(unsure(0), four), "74");
  assert.equal(read(unsure(0)), "");
  assert.equal(read(four, unsure(260)), "4");
  assert.equal(read(four, unsure(128)), "4");
  assert.equal(read(four, unsure(140), unsure(210)), "47");
});

test("a sign's confidence is what the model says against all else, sharpened", () => {
  const point = asMark([60, 80, 70, 100, ".", 0.4]);
  point.signs[11] = 0.3;
  const { digits } = readMarks([asMark([0, 0, 50, 100, "3", 0.9]), point]);
  assert.ok(Math.abs(digits[1].confidence - 0.4 ** 3 / (0.4 ** 3 + 2 * 0.3 ** 3)) < 1e-9);
});

test("a page is turned by quarters to the left", () => {
  const page = { grey: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 3, height: 2, scale: 1 };
  assert.deepEqual(turn(page, 1), { grey: Uint8Array.of(3, 6, 2, 5, 1, 4), width: 2, height: 3, scale: 1 });
  assert.deepEqual(turn(page, 2).grey, Uint8Array.of(6, 5, 4, 3, 2, 1));
});

test("a page that lies is turned, if its readings tell so clearly", async () => {
  const number = (label, certainty) => [asMark([0, 0, 60, 100, label, certainty])];
  const readings = [number("7", 0.7), number("4", 0.6), number("4", 0.98), number("2", 0.5)];
  const page = { grey: new Uint8Array(100 * 100), width: 100, height: 100, scale: 1 };
  const asked = [...readings];
  const reading = await recognize(page, async () => asked.shift());
  assert.deepEqual([reading.text, reading.turned], ["4", 2]);
  assert.equal((await recognize(page, async () => readings[0], false)).text, "7");
});

test("a digit among many marks that are none does not speak for the way up", async () => {
  const others = [0, 1, 2, 3].map((i) => asMark([100 * i, 0, 100 * i + 60, 100, null, 0.95]));
  const asked = [[...others, asMark([400, 0, 460, 100, "7", 0.98])], [], [asMark([0, 0, 60, 100, "4", 0.98])], []];
  const page = { grey: new Uint8Array(100 * 100), width: 100, height: 100, scale: 1 };
  assert.equal((await recognize(page, async () => asked.shift())).turned, 2);
});

test("a letter is not turned until it looks like a digit", async () => {
  const letter = [asMark([0, 0, 60, 100, null, 0.9])];
  const asked = [letter, letter, [asMark([0, 0, 60, 100, "4", 0.91])], letter];
  const page = { grey: new Uint8Array(100 * 100), width: 100, height: 100, scale: 1 };
  const reading = await recognize(page, async () => asked.shift());
  assert.deepEqual([reading.text, reading.turned], ["", 0]);
});
