// The model, run by TensorFlow.js. Its graph is what mnist_demo/static/convert.py makes of the SavedModel.
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { loadGraphModel, registerOp } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import "./gradients.js";

const THREADS_MAX = 4; // where the page may have any: see service-worker.js
const SIDE = 28; // pixels of the image that the classifier sees

// TensorFlow's Where of a vector, at once: TensorFlow.js waits for it, and then for each operation after it. It fails
// at tensors without elements: where nothing is seen, the likeliest place is taken, a mark too unlikely to be read.
registerOp("Places", ({ inputs: [condition] }) => {
  const there = condition.dataSync();
  const places = [...there.keys()].filter((place) => there[place]);
  return tf.tensor2d(places.length ? places : [0], [places.length || 1, 1], "int32");
});

// TensorFlow's ResizeBilinear, which passes on what has the size already, as most pages have: TensorFlow.js would copy it
// by a plan of 24 bytes a pixel, and keep that.
registerOp("Resize", ({ inputs: [images, size], attrs }) => {
  const [height, width] = size.dataSync();
  if (height === images.shape[1] && width === images.shape[2]) return tf.clone(images);
  return tf.image.resizeBilinear(images, [height, width], attrs.align_corners, attrs.half_pixel_centers);
});

export async function loadModel() {
  setWasmPaths("./");
  setThreadsCount(Math.min(THREADS_MAX, navigator.hardwareConcurrency));
  await tf.setBackend("wasm");
  const idle = tf.backend().wasm.PThread?.unusedWorkers.splice(0) ?? []; // of the eight workers that it starts for threads
  for (const worker of idle) worker.terminate();
  return new Model(await loadGraphModel("model/model.json"));
}

export class Model {
  constructor(graph) {
    this.graph = graph;
  }

  // Runs a signature and returns these of its outputs, each { data, shape }.
  async run(signature, inputs, names) {
    const outputs = names.map((name) => `${signature}/${name}`);
    let tensors = [];
    try {
      tensors = [this.graph.execute(inputs, outputs)].flat();
      return await Promise.all(tensors.map(async (tensor) => ({ data: await tensor.data(), shape: tensor.shape })));
    } finally {
      tf.dispose([tensors, inputs]);
    }
  }

  // The marks on a page, each { box, signs, probabilities, image }.
  async read({ grey, width, height }) {
    const page = tf.tensor2d(grey, [height, width], "int32");
    const parts = await this.run("read", { page }, ["boxes", "signs", "probabilities", "images"]);
    const rows = ({ data, shape: [count] }, i) => [
      ...data.subarray((i * data.length) / count, ((i + 1) * data.length) / count),
    ];
    return Array.from({ length: parts[0].shape[0] }, (_, i) => {
      const [box, signs, probabilities, image] = parts.map((part) => rows(part, i));
      return { box, signs, probabilities, image };
    });
  }

  // Where on a page signs are seen: { data, shape: [rows, columns] }, in [0, 1].
  async heat({ grey, width, height }) {
    const page = tf.tensor2d(grey, [height, width], "int32");
    return (await this.run("heat", { page }, ["output_0"]))[0];
  }

  // The probabilities of the ten digits for images, given as one array of values in [0, 1].
  async predict(images) {
    const { data } = (await this.run("serving_default", { images: asImages(images) }, ["output_0"]))[0];
    return Array.from({ length: data.length / 10 }, (_, i) => [...data.subarray(10 * i, 10 * i + 10)]);
  }

  // What three layers respond to in one image, from the image on: { data, shape: [1, side, side, channels] } each.
  layers(image) {
    return this.run("features", { images: asImages(image) }, ["output_0", "middle", "last"]);
  }

  // How much each pixel of an image speaks for each of these labels: the gradients of their log-odds, an array each.
  async saliency(image, labels) {
    const chosen = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), 10), "float32"));
    const logOdds = (images) => {
      const probabilities = this.graph.execute({ images }, "serving_default/output_0");
      const own = tf.sum(tf.mul(probabilities, chosen), 1);
      const others = tf.sum(tf.mul(probabilities, tf.sub(1, chosen)), 1);
      return tf.sub(tf.log(own), tf.log(others));
    };
    let gradients = null;
    try {
      gradients = tf.tidy(() => tf.grad(logOdds)(tf.tile(asImages(image), [labels.length, 1, 1])));
      const values = await gradients.data();
      return labels.map((_, i) => values.subarray(i * SIDE ** 2, (i + 1) * SIDE ** 2));
    } finally {
      tf.dispose([chosen, gradients]);
    }
  }
}

function asImages(values) {
  return tf.tensor3d(values, [values.length / SIDE ** 2, SIDE, SIDE], "float32");
}
