// What holds for every module of the page.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDERS = ["document", "page", "static"].map((name) => new URL(`../../mnist_demo/${name}/`, import.meta.url));
const LINES_MAX = 250;

for (const folder of FOLDERS) {
  for (const name of readdirSync(folder, { recursive: true }).filter((file) => file.endsWith(".js"))) {
    test(`${name} is short enough to read`, () => {
      const lines = readFileSync(new URL(name, folder), "utf8").trimEnd().split("\n");
      assert.ok(lines.length <= LINES_MAX, `${lines.length} lines`);
    });
  }
}
