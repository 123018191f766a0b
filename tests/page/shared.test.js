// What several components use: files as text, what files are, and questions to a server that may be busy or away.
import assert from "node:assert/strict";
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ask } from "../../mnist_demo/document/shared/ask.js";
import { base64Of, bytesOf, fileOf } from "../../mnist_demo/document/shared/bytes.js";
import { describe, isDigit, isUnsure } from "../../mnist_demo/document/shared/digits.js";
import { named, worded } from "../../mnist_demo/document/shared/faults.js";
import { HEIC, mayHoldImages, READABLE, startOf, TRANSPARENT } from "../../mnist_demo/document/shared/kinds.js";
import { isPdf } from "../../mnist_demo/document/shared/pdf.js";
import { prepare } from "../../mnist_demo/document/shared/prepare.js";

globalThis.T = (key, values) => (values ? `${key} ${Object.values(values).join(" ")}` : key);

test("bytes come back from base64 as they were, however many", async () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * 7) % 256);
  assert.deepEqual(bytesOf(base64Of(bytes)), bytes);
  const file = fileOf(base64Of(bytes), "a.webp", "image/webp");
  assert.deepEqual([file.name, file.type], ["a.webp", "image/webp"]);
  assert.deepEqual(new Uint8Array(await file.arrayBuffer()), bytes);
});

test("a file is what it begins like, whatever its name", async () => {
  const start = (text) => startOf(new File([Buffer.from(text, "latin1")], "photo.txt"));
  for (const text of ["\x89PNG\r\n", "\xff\xd8\xff\xe0", "RIFF\x10\n\x00\x00WEBPVP8 "])
    assert.match(await start(text), READABLE);
  for (const text of ["GIF89a", "%PDF-1.7", "RIFF\x10\n\x00\x00WAVE", ""])
    assert.doesNotMatch(await start(text), READABLE);
  assert.match(await start("\x00\x00\x00\x18ftypheic"), HEIC);
  assert.match(await start("  <svg xmlns"), TRANSPARENT);
  assert.doesNotMatch(await start("\xff\xd8\xff\xe0"), TRANSPARENT);
});

test("files of MNIST's are known by their names", () => {
  for (const name of ["a.npy", "a.NPZ", "a.csv", "t10k-images-idx3-ubyte", "x.idx1-ubyte", "a.gz"]) {
    assert.ok(mayHoldImages({ name }), name);
  }
  for (const name of ["a.png", "npy.jpg", "idx3"]) assert.ok(!mayHoldImages({ name }), name);
});

test("a file that is gone is said to be", async () => {
  const folder = mkdtempSync(join(tmpdir(), "digits-"));
  const path = join(folder, "photo.png");
  writeFileSync(path, "\x89PNG\r\n");
  const file = Object.assign(await openAsBlob(path), { name: "photo.png" });
  rmSync(folder, { recursive: true });
  assert.deepEqual(await prepare(file), { error: { kind: "gone", name: "photo.png" } });
});

test("a PDF is one by its type, or by its name where it has none", () => {
  assert.ok(isPdf({ name: "scan", type: "application/pdf" }));
  assert.ok(isPdf({ name: "scan.PDF", type: "" }));
  assert.ok(!isPdf({ name: "scan.pdf", type: "image/jpeg" })); // the picture of a page
});

test("what is unsure is said to be, with the next best; other signs never are", () => {
  const probabilities = [0, 0.25, 0, 0, 0, 0, 0, 0.7, 0, 0];
  assert.ok(isUnsure({ label: "7", confidence: 0.7, probabilities }));
  assert.equal(describe({ label: "7", confidence: 0.7, probabilities }), "perhaps 7 1");
  assert.equal(describe({ label: "7", confidence: 0.987, probabilities }), "7, 99%");
  assert.equal(describe({ label: null, confidence: 0.9 }), "not_digit");
  assert.ok(!isUnsure({ label: ",", confidence: 0.5 }));
  assert.deepEqual(
    ["0", ",", null].map((label) => isDigit({ label })),
    [true, false, false],
  );
});

test("an error is worded by its kind and facts, and named by its file where it has one", () => {
  globalThis.document = { documentElement: { lang: "de" } };
  const fault = { kind: "large", megapixels: 50, side: 20_000 };
  assert.equal(worded({ ...fault, name: "a.png" }), "error_large 50 20.000");
  assert.equal(named({ ...fault, name: "a.png" }), "named a.png error_large 50 20.000");
  assert.equal(named(fault), "error_large 50 20.000");
});

// A question that gets these answers one after the other, and what was said meanwhile.
function asked(...answers) {
  const status = {
    said: [],
    set textContent(text) {
      this.said.push(text);
    },
  };
  return [ask(async () => answers.shift(), status), status.said];
}

test("an answer is given at once, and an error is one", async () => {
  const [answer, said] = asked({ error: { kind: "foreign" } });
  assert.deepEqual(await answer, { error: { kind: "foreign" } });
  assert.deepEqual(said, [""]);
});

test("a lost connection is told, and asked again", async () => {
  const [answer, said] = asked(undefined, { text: "7" });
  assert.deepEqual(await answer, { text: "7" });
  assert.deepEqual(said, ["lost", ""]);
});

test("a busy server is asked again when it said, not before", async () => {
  const start = performance.now();
  const [answer, said] = asked({ error: "Too many", again: 1 }, { text: "7" });
  assert.deepEqual(await answer, { text: "7" });
  assert.ok(performance.now() - start >= 990); // milliseconds; timers may be a few early
  assert.deepEqual(said, ["busy", ""]);
});

test("a question is not asked a second time while the first is under way, however slow the answer", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const [questions, status] = [[], {}];
  const answer = ask(() => new Promise((resolve) => questions.push(resolve)), status);
  context.mock.timers.tick(600_000);
  await new Promise(setImmediate);
  assert.equal(questions.length, 1);
  assert.equal(status.textContent, "waiting");
  questions[0]({ text: "7" });
  assert.deepEqual(await answer, { text: "7" });
});

test("what nobody wants to know any more is not asked again", async () => {
  let wanted = true;
  const question = async () => {
    wanted = false;
  };
  assert.equal(await ask(question, {}, () => wanted), undefined);
});
