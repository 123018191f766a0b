// What can be undone, and the part of the paper that is kept in sight.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Drawing } from "../../mnist_demo/page/sketchpad/drawing.js";

const UPRIGHT = [0, 0, 370, 300];
const TURNED = [-200, 0, 570, 300];
const line = (...points) => ({ points, thickness: 10, erases: false });

test("changes are undone and done again in their order", () => {
  const drawing = new Drawing();
  const [one, two] = [line([1, 1]), line([2, 2])];
  drawing.change([one], UPRIGHT);
  drawing.change([one, two], UPRIGHT);
  drawing.change([], UPRIGHT);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [one, two]);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [one]);
  drawing.redo();
  assert.deepEqual(drawing.strokes, [one, two]);
  drawing.change([two], UPRIGHT);
  assert.deepEqual(drawing.future, []);
});

test("what adds to a change is undone with it", () => {
  const drawing = new Drawing();
  drawing.change([line([9, 9])], UPRIGHT);
  drawing.change([], UPRIGHT);
  drawing.change([line([1, 1])], UPRIGHT, true);
  drawing.change([line([1, 1]), line([2, 2])], UPRIGHT, true);
  drawing.undo();
  assert.deepEqual(drawing.strokes, [line([9, 9])]);
});

test("the extent is what was seen first, and grows only where something is drawn", () => {
  const drawing = new Drawing();
  const first = line([100, 100], [200, 200]);
  drawing.change([first], UPRIGHT);
  assert.deepEqual(drawing.extent, UPRIGHT);
  const inside = [first, line([50, 50])];
  drawing.change(inside, TURNED);
  assert.deepEqual(drawing.extent, UPRIGHT);
  drawing.change([...inside, line([-90, 100], [500, 900])], TURNED); // beyond the pad's edge, too
  assert.deepEqual(drawing.extent, [-90, 0, 500, 300]);
  drawing.undo();
  assert.deepEqual(drawing.extent, UPRIGHT);
});
