// What holds for every module of the page.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../mnist_demo/page/", import.meta.url);
const LINES_MAX = 250;

for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".js"))) {
  test(`${name} is short enough to read`, () => {
    const lines = readFileSync(new URL(name, FOLDER), "utf8").trimEnd().split("\n");
    assert.ok(lines.length <= LINES_MAX, `${lines.length} lines`);
  });
}
