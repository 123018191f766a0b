// How the reading follows a drawing: what is asked when, and which answers are shown.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Follower } from "../../mnist_demo/page/sketchpad/follower.js";

globalThis.T = (key) => key;

let ink; // what is drawn
let isDown; // the pen
let asked; // the questions: { about, answer() }
let shown; // the answers that were shown
let follower;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  mock.method(performance, "now", Date.now); // which passes with the timers alone
  [ink, isDown, asked, shown] = ["", true, [], []];
  follower = new Follower({
    read() {
      const about = ink;
      return new Promise((resolve) => asked.push({ about, answer: () => resolve({ text: about }) }));
    },
    moves: () => isDown,
    show: ({ text }) => shown.push(text),
    status: { textContent: "" },
  });
});

const settled = () => new Promise(setImmediate);

async function draw(more) {
  ink += more;
  follower.changed(false);
  follower.follow();
  await settled();
}

async function lift() {
  isDown = false;
  follower.follow();
  follower.lifted();
  await settled();
}

async function answered(question) {
  question.answer();
  await settled();
}

test("one question is asked at a time while the pen moves, about all that is drawn by then", async () => {
  await draw("a");
  await draw("b");
  await draw("c");
  assert.equal(asked.length, 1);
  await answered(asked[0]);
  assert.deepEqual(shown, ["a"]);
  assert.ok(follower.isBehind);
  mock.timers.tick(50);
  await settled();
  assert.deepEqual(
    asked.map(({ about }) => about),
    ["a", "abc"],
  );
});

test("between an answer and the next question is a quarter of the time that the answer took", async () => {
  for (const [took, pause] of [
    [20, 5],
    [300, 75],
  ]) {
    const before = asked.length;
    await draw("a");
    mock.timers.tick(took);
    await answered(asked[before]);
    await draw("b");
    mock.timers.tick(pause - 1);
    await settled();
    assert.equal(asked.length, before + 1);
    mock.timers.tick(1);
    await settled();
    assert.equal(asked.length, before + 2);
    await answered(asked[before + 1]);
    mock.timers.tick(50);
    await settled();
  }
});

test("once the pen is lifted, no pause and no answer about less ink is waited for", async () => {
  await draw("a");
  await draw("b");
  await lift();
  assert.equal(asked[1].about, "ab");
  await answered(asked[0]);
  assert.deepEqual(shown, []);
  await answered(asked[1]);
  assert.deepEqual(shown, ["ab"]);
  assert.ok(!follower.isBehind);

  isDown = true;
  await draw("c");
  await answered(asked[2]);
  await draw("d");
  assert.equal(asked.length, 3);
  await lift();
  assert.equal(asked[3].about, "abcd");
});

test("what has been asked about is not asked again when the pen is lifted", async () => {
  await draw("a");
  await lift();
  await answered(asked[0]);
  assert.equal(asked.length, 1);
  assert.deepEqual(shown, ["a"]);
  assert.ok(!follower.isBehind);
});

test("a server of which something is said is not hurried", async () => {
  await draw("a");
  await draw("b");
  follower.status.textContent = "busy";
  await lift();
  assert.equal(asked.length, 1);
  await answered(asked[0]);
  assert.equal(asked[1].about, "ab");
});

test("after something is taken away, no answer is shown that was asked for before", async () => {
  await draw("a");
  await lift();
  ink = "";
  follower.changed(true);
  follower.follow();
  await answered(asked[0]);
  assert.deepEqual(shown, []);
  await answered(asked[1]);
  assert.deepEqual(shown, [""]);
});
