// What the service worker takes into its hands, on a page that lies below a path.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const SCOPE = "https://example.org/digits/";
const script = readFileSync(new URL("../../mnist_demo/page/service-worker.js", import.meta.url), "utf8");
const handlers = {};
const self = {
  registration: { scope: SCOPE },
  addEventListener: (type, handler) => (handlers[type] = handler),
  skipWaiting() {},
};
const context = createContext({ VERSION: "1", self });
const nameOf = runInContext(`${script}\nnameOf`, context);
const ask = (url, mode = "cors", method = "GET") => nameOf({ url: new URL(url, SCOPE).href, mode, method });

test("a copy of the document is kept, whatever was asked of it", () => {
  for (const url of ["", "#photo", "?__theme=dark", "?__sign=abc#about"]) assert.equal(ask(url, "navigate"), "");
});

test("copies of the page's files are kept", () => {
  for (const url of ["assets/a/b.js", "theme.css?v=1", "static/fonts/x.woff2", "manifest.json", "digits.woff2"])
    assert.equal(ask(url), url);
});

test("all else passes by", () => {
  for (const url of [
    "gradio_api/heartbeat/1",
    "gradio_api/queue/data?x",
    "robots.txt",
    "card.md",
    "../assets/a.js",
    "/",
  ]) {
    assert.equal(ask(url), null);
  }
  assert.equal(ask("card.md", "navigate"), null);
  assert.equal(ask("", "navigate", "POST"), null);
  assert.equal(ask("https://elsewhere.org/digits/assets/a.js"), null);
});

test("what is sent, such as drawings, does not wait for the worker where the browser can tell", () => {
  const routes = [];
  handlers.install({ addRoutes: (route) => routes.push(route) });
  handlers.install({}); // a browser that can not
  assert.deepEqual(JSON.parse(JSON.stringify(routes)), [{ condition: { requestMethod: "POST" }, source: "network" }]);
});
