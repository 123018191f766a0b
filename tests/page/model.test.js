// The model of the static page, as far as a graph without operations tells.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { test } from "node:test";
import { buildSync } from "esbuild";

// Bundled, as the page has it: its files name TensorFlow.js's as bundlers do.
const contents = `
  export * as tf from "@tensorflow/tfjs-core";
  export { loadGraphModel } from "@tensorflow/tfjs-converter";
  export { Model } from "../../mnist_demo/static/model.js";`;
const require = createRequire(import.meta.url);
const stdin = { contents, resolveDir: import.meta.dirname };
const [{ text }] = buildSync({ stdin, bundle: true, write: false, platform: "node", format: "cjs" }).outputFiles;
const bundle = { exports: {} };
new Function("module", "require", "__dirname", text)(
  bundle,
  require,
  dirname(require.resolve("@tensorflow/tfjs-backend-wasm")),
);
const { tf, loadGraphModel, Model } = bundle.exports;

test("what fails keeps no tensor", async () => {
  await tf.setBackend("wasm");
  const graph = {
    modelTopology: { node: [], versions: { producer: 1 } },
    weightSpecs: [],
    weightData: new ArrayBuffer(0),
  };
  const model = new Model(await loadGraphModel(tf.io.fromMemory(graph)));
  await assert.rejects(model.heat({ grey: new Uint8Array(6), width: 3, height: 2 }));
  await assert.rejects(model.predict(new Float32Array(28 * 28)));
  await assert.rejects(model.saliency(new Float32Array(28 * 28), [3, 8]));
  assert.equal(tf.memory().numTensors, 0);
});
