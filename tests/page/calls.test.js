// How the page calls its server's functions: for how long it waits, and what it makes of each refusal.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";

const source = (name) => readFileSync(new URL(`../../mnist_demo/${name}`, import.meta.url), "utf8");
const BODY_WITHIN = 1000 * Number(source("server/bodies.py").match(/BODY_WITHIN = (\d+)/)[1]);

// A component's server, whose requests are answered so.
function serverWith(respond) {
  const requests = [];
  const context = createContext({
    window: {},
    SENT_MAX: 14_000_000,
    gradio_config: { components: [{ id: 3, props: { elem_id: "photo" } }] },
    AbortSignal: { timeout: (milliseconds) => ({ milliseconds }) },
    fetch: async (url, request) => {
      requests.push({ url, ...request });
      return respond();
    },
  });
  runInContext(source("page/calls.js"), context);
  return [context.window.serverOf("photo"), requests];
}

async function refused(status, headers = {}) {
  const [server] = serverWith(() => new Response("<p>refused</p>", { status, headers }));
  const answer = await server.read("question");
  return answer && JSON.parse(JSON.stringify(answer)); // an object of this context's
}

test("an answer is what the function gives", async () => {
  const [server, requests] = serverWith(() => Response.json({ text: "7" }));
  assert.deepEqual(await server.read("question"), { text: "7" });
  const asked = { component_id: 3, fn_name: "read", session_hash: "page", data: "question" };
  assert.deepEqual(JSON.parse(requests[0].body), asked);
});

test("a question is given up after a while, but not while the server still takes a file", async () => {
  const [server, requests] = serverWith(() => Response.json({ text: "7" }));
  await server.read("question");
  assert.ok(requests[0].signal.milliseconds > BODY_WITHIN);
});

test("what may pass can be asked again", async () => {
  for (const status of [429, 502, 503, 504, 522]) assert.equal(await refused(status), undefined, `${status}`);
  for (const status of [429, 503]) assert.equal((await refused(status, { "Retry-After": "2" })).again, 2);
  const [server] = serverWith(() => Promise.reject(new TypeError("Failed to fetch")));
  assert.equal(await server.read("question"), undefined);
});

test("what would be refused again is an error", async () => {
  for (const [status, kind] of Object.entries({ 400: "unfit", 404: "unfit", 408: "model_away", 500: "fault" })) {
    assert.deepEqual(await refused(Number(status)), { error: { kind } });
  }
  assert.deepEqual(await refused(413), { error: { kind: "heavy", megabytes: 14 } });
});
