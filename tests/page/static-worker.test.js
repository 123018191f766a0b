// The static page's service worker, on a page that lies below a path: what it answers from its copies, and how.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const SCOPE = "https://example.org/digits/";
const script = readFileSync(new URL("../../mnist_demo/static/service-worker.js", import.meta.url), "utf8");
const kept = new Map(
  [
    ["", "document"],
    ["model/model.json", "model"],
  ].map(([name, text]) => [SCOPE + name, new Response(text)]),
);
const copies = {
  match: async (url, { ignoreSearch }) => kept.get(ignoreSearch ? url.replace(/[?#].*/, "") : url)?.clone(),
};
const context = createContext({
  VERSION: "1",
  FILES: [],
  Response,
  Headers,
  caches: { open: async () => copies },
  fetch: async () => new Response("fetched"),
  self: { registration: { scope: SCOPE }, addEventListener() {} },
});
const answer = runInContext(`${script}\nanswer`, context);
const ask = (name) => answer({ url: SCOPE + name });

test("the document and its files come from the copies, whatever was asked of them", async () => {
  for (const name of ["", "index.html", "?utm_source=x", "index.html?x#photo"])
    assert.equal(await (await ask(name)).text(), "document");
  assert.equal(await (await ask("model/model.json")).text(), "model");
});

test("copies let the page have threads", async () => {
  const { headers } = await ask("");
  assert.equal(headers.get("Cross-Origin-Opener-Policy"), "same-origin");
  assert.equal(headers.get("Cross-Origin-Embedder-Policy"), "require-corp");
});

test("what is not kept is fetched", async () => assert.equal(await (await ask("elsewhere")).text(), "fetched"));
