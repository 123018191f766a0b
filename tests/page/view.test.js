// Where the paper lies on the pad.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fitted, magnified, onPad, onPaper } from "../../mnist_demo/page/sketchpad/view.js";

test("a part of the paper is seen whole, in the middle, and as large as can be", () => {
  const view = fitted([-100, 0, 100, 50], 400, 300);
  assert.deepEqual(onPad(view, [-100, 0]), [0, 100]);
  assert.deepEqual(onPad(view, [100, 50]), [400, 200]);
});

test("a point of the pad is where the paper has it", () => {
  const view = fitted([10, 20, 90, 60], 320, 240);
  assert.deepEqual(onPad(view, onPaper(view, [37, 11])), [37, 11]);
});

test("on a pad of finer pixels all lies as it did", () => {
  const view = fitted([0, 0, 100, 60], 200, 200);
  assert.deepEqual(
    onPad(magnified(view, 3), [10, 10]),
    onPad(view, [10, 10]).map((value) => 3 * value),
  );
});
