// Ink, and what scratches it out.
import assert from "node:assert/strict";
import { test } from "node:test";

import { bounds, extend, polylines, scratchedOut } from "../../mnist_demo/page/sketchpad/ink.js";

const stroke = (points, thickness = 20) => ({ points, thickness, erases: false });

// A zigzag over a box, from its left to its right, with so many legs.
function zigzag([left, top, right, bottom], legs) {
  const points = [];
  for (let step = 0; step <= 8 * legs; step++) {
    const [leg, share] = [Math.floor(step / 8), (step % 8) / 8];
    points.push([
      left + ((right - left) * step) / (8 * legs),
      leg % 2 ? bottom + (top - bottom) * share : top + (bottom - top) * share,
    ]);
  }
  return stroke(points);
}

const eight = stroke(
  Array.from({ length: 60 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 60;
    return [100 + 30 * Math.sin(2 * angle), 100 + 60 * Math.cos(angle)];
  }),
);

test("points nearer than a tremor move the last one instead of adding to it", () => {
  const ink = stroke([[0, 0]]);
  for (const x of [0.4, 0.8, 1.2]) extend(ink, [x, 0]);
  assert.deepEqual(ink.points, [
    [0, 0],
    [1.2, 0],
  ]);
  for (const x of [5, 10]) extend(ink, [x, 0]);
  assert.deepEqual(ink.points, [
    [0, 0],
    [5, 0],
    [10, 0],
  ]);
});

test("the last point is always where the pen is", () => {
  const ink = stroke([[0, 0]]);
  for (let x = 0; x < 50; x += 0.7) {
    extend(ink, [x, x]);
    assert.deepEqual(ink.points.at(-1), [x, x]);
  }
});

test("a dense zigzag scratches out what lies under it, and nothing beside it", () => {
  const beside = stroke([
    [250, 40],
    [250, 160],
  ]);
  assert.deepEqual(scratchedOut(zigzag([60, 40, 140, 160], 9), [eight, beside]), [eight]);
});

test("a zigzag in any direction scratches out", () => {
  const turned = (points, angle) =>
    points.map(([x, y]) => {
      const [u, v] = [x - 100, y - 100];
      return [100 + u * Math.cos(angle) - v * Math.sin(angle), 100 + u * Math.sin(angle) + v * Math.cos(angle)];
    });
  for (const angle of [0.4, 1, 1.6, 2.8]) {
    const scratch = stroke(turned(zigzag([40, 30, 160, 170], 9).points, angle));
    assert.equal(scratchedOut(scratch, [eight]).length, 1, `${angle}`);
  }
});

test("digits, letters and few legs do not scratch out", () => {
  assert.deepEqual(scratchedOut(eight, [eight]), []);
  assert.deepEqual(scratchedOut(zigzag([60, 40, 140, 160], 4), [eight]), []); // a w
  assert.deepEqual(
    scratchedOut(
      stroke([
        [60, 100],
        [140, 100],
      ]),
      [eight],
    ),
    [],
  );
  assert.deepEqual(scratchedOut(stroke([[100, 100]]), [eight]), []);
});

test("bounds are the smallest box", () => {
  assert.deepEqual(
    bounds([
      [3, 4],
      [1, 9],
      [2, 5],
    ]),
    [1, 4, 3, 9],
  );
});

test("a path's polylines are its points, line by line", () => {
  assert.deepEqual(polylines("M1 2L3.5 4M-5 6L7 8L9 10"), [
    [
      [1, 2],
      [3.5, 4],
    ],
    [
      [-5, 6],
      [7, 8],
      [9, 10],
    ],
  ]);
});
