// How a reading becomes the large number.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ranked, runnerUp } from "../../mnist_demo/document/shared/digits.js";
import { isSame, spell, textOf } from "../../mnist_demo/page/readout/number.js";

const digit = (label, left) => ({ label, box: [left, 0, left + 10, 20], probabilities: [] });

test("each digit of the text knows where it was read; spaces, line ends and other marks do not", () => {
  const digits = [digit("3", 0), digit("1", 20), digit(null, 40), digit("4", 60)];
  const spelt = spell({ text: "31 4\n", digits });
  assert.deepEqual(
    spelt.map(({ character }) => character),
    ["3", "1", " ", "4", "\n"],
  );
  assert.deepEqual(
    spelt.map((each) => each.digit),
    [digits[0], digits[1], undefined, digits[3], undefined],
  );
});

test("the text is as it was read where nothing was put right", () => {
  assert.equal(textOf({ text: "12\n7", digits: [digit("1", 0), digit("2", 20), digit("7", 0)] }), "12\n7");
});

test("labels are ranked by their probabilities", () => {
  const seven = { label: "7", probabilities: [0, 0.2, 0, 0, 0.1, 0, 0, 0.7, 0, 0] };
  assert.deepEqual(ranked(seven).slice(0, 3), ["7", "1", "4"]);
  assert.equal(runnerUp(seven), "1");
});

test("a digit is the same in the next reading, where its box may have moved a little", () => {
  assert.ok(isSame(digit("5", 40), digit("5", 41)));
  assert.ok(!isSame(digit("5", 40), digit("6", 40)));
  assert.ok(!isSame(digit("5", 40), digit("5", 60)));
});
