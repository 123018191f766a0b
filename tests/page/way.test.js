// When and where things fly on a digit's way through the classifier.
import assert from "node:assert/strict";
import { test } from "node:test";

import { END, between, flown, places, stepAt } from "../../mnist_demo/page/why/way.js";

const SQUARE = [100, 20, 80];
const STEPS = [0, 1, 2, 3, 4, 5];
const SHARES = [0, 0, 0.9, 0, 0, 0, 0, 0.1, 0, 0];

test("in the end all is in its place, and at the beginning nothing is", () => {
  for (const step of STEPS) {
    for (let index = 0; index < 10; index++) {
      assert.equal(flown(END, step, index, 10), 1);
      assert.equal(flown(0, step, index, 10), 0);
    }
  }
});

test("one thing after another starts, and none flies back", () => {
  for (let time = 0; time < END; time += 50) {
    assert.ok(flown(time, 2, 0, 9) >= flown(time, 2, 8, 9));
    assert.ok(flown(time, 2, 4, 9) <= flown(time + 50, 2, 4, 9));
  }
});

test("a step is over before the next one begins", () => {
  for (const step of STEPS.slice(1)) {
    const begins = Array.from({ length: END }, (_, time) => time).find((time) => stepAt(time) === step);
    assert.equal(flown(begins, step - 1, 8, 9), 1);
    assert.equal(flown(begins, step, 0, 9), 0);
  }
  assert.equal(stepAt(END), 5);
});

test("what a square holds lies within it", () => {
  for (const step of STEPS) {
    const all = places(step, SQUARE, SHARES);
    assert.equal(all.length, [1, 1, 9, 9, 9, 10][step]);
    for (const [left, top, width, height] of all) {
      assert.ok(left >= 100 && left + width <= 180.001, `across in step ${step}`);
      assert.ok(top >= 20 && top + height <= 100.001, `down in step ${step}`);
    }
  }
});

test("a bar is as high as its label is likely, and an empty one is still seen", () => {
  const heights = places(5, SQUARE, SHARES).map(([, , , height]) => height);
  assert.ok(Math.abs(heights[2] / heights[7] - 9) < 1e-9);
  assert.ok(heights[0] > 0);
});

test("halfway is halfway", () => assert.deepEqual(between([0, 0, 10, 10], [20, 10, 5, 5], 0.5), [10, 5, 7.5, 7.5]));
