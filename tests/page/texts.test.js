// The page's words: each key is used, and each that is used is there in every language.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const PACKAGE = new URL("../../mnist_demo/", import.meta.url);
const LANGUAGES = ["en", "de", "es", "fr", "zh", "hi"];
const EDITIONS = { document: ["document/", "page/"], static: ["static/", "document/", "page/"] };
const ASKED = /\b(?:T|i18n)\(([^()]*?)[,)]/g; // with the first argument: a literal, or several to choose from
const LITERAL = /["'](\w+)["']/g;
const PREFIX = /\bT\(`(\w+)\$\{/g; // keys that are put together
const KIND = /\bkind: "(\w+)"/g; // of an error that a script tells

const sources = (folders) =>
  folders.flatMap((folder) => {
    const names = readdirSync(new URL(folder, PACKAGE), { recursive: true }).filter((name) =>
      /\.(js|html|py)$/.test(name),
    );
    return names.map((name) => readFileSync(new URL(folder + name, PACKAGE), "utf8"));
  });
const found = (text, pattern) => [...text.matchAll(pattern)].map((match) => match.slice(1).find(Boolean));
const load = (edition) => JSON.parse(readFileSync(new URL(`${edition}/texts.json`, PACKAGE), "utf8"));
const fields = (text) => [...new Set(found(text, /\{(\w+)\}/g))].sort();

for (const [edition, folders] of Object.entries(EDITIONS)) {
  const texts = load(edition);

  test(`${edition}: every language has every key, with the same fields`, () => {
    assert.deepEqual(Object.keys(texts).sort(), [...LANGUAGES].sort());
    for (const language of LANGUAGES) {
      assert.deepEqual(Object.keys(texts[language]).sort(), Object.keys(texts.en).sort(), language);
      for (const [key, text] of Object.entries(texts[language])) {
        assert.ok(text.trim(), `${language}: ${key} is empty`);
        assert.deepEqual(fields(text), fields(texts.en[key]), `${language}: ${key}`);
      }
    }
  });

  test(`${edition}: every key is used`, () => {
    const all = sources(folders).join("\n");
    const literals = new Set(found(all, LITERAL));
    const prefixes = found(all, PREFIX);
    const isUsed = (key) => literals.has(key) || prefixes.some((prefix) => key.startsWith(prefix));
    assert.deepEqual(
      Object.keys(texts.en).filter((key) => !isUsed(key)),
      [],
    );
  });
}

test("every key that scripts, templates or Python ask for is there", () => {
  const known = new Set([...Object.keys(load("document").en), ...Object.keys(load("static").en)]);
  const asked = sources(EDITIONS.static).flatMap((text) =>
    found(text, ASKED).flatMap((first) => found(first, LITERAL)),
  );
  assert.ok(asked.length > 100);
  assert.deepEqual(
    asked.filter((key) => !known.has(key)),
    [],
  );
});

test("every kind of error that scripts tell has its words", () => {
  const known = { ...load("document").en, ...load("static").en };
  const kinds = sources(EDITIONS.static).flatMap((text) => found(text, KIND));
  assert.ok(kinds.includes("heic") && kinds.includes("fault_here"));
  assert.deepEqual(
    kinds.filter((kind) => !known[`error_${kind}`]),
    [],
  );
});
