// Answers with the ten probabilities of each image; what the page asks for has the highest alone.
import { bytesOf } from "../../mnist_demo/document/shared/bytes.js";
import { loadModel } from "../../mnist_demo/static/model.js";

const model = loadModel();

self.addEventListener("message", async ({ data: { id, argument } }) => {
  const images = Float32Array.from(bytesOf(argument), (value) => value / 255);
  self.postMessage({ id, answer: await (await model).predict(images) });
});
