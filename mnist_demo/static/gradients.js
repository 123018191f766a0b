// Gradients as TensorFlow has them, where TensorFlow.js has none, or others.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";

// On the way from images to probabilities the graph slices to add an axis, and to take off what stands in where there are
// no images: of images, nothing.
tf.registerGradient({
  kernelName: "StridedSlice",
  inputsToSave: ["x"],
  gradFunc: (gradient, [x]) => ({ x: () => tf.reshape(gradient, x.shape) }),
});

// Of equal values in a window, as on blank paper, the first one gets the gradient. All windows are of 2x2 pixels.
tf.unregisterGradient("MaxPool");
tf.registerGradient({
  kernelName: "MaxPool",
  inputsToSave: ["x"],
  outputsToSave: [true],
  gradFunc: (gradient, [x, y]) => ({ x: () => tf.tensor(firstOfEqual(gradient, x, y), x.shape) }),
});

function firstOfEqual(gradient, x, y) {
  const [values, most, given] = [x, y, gradient].map((tensor) => tensor.dataSync());
  const [, , width, channels] = x.shape;
  const offsets = [0, channels, width * channels, (width + 1) * channels];
  const passed = new Float32Array(values.length);
  for (let i = 0; i < most.length; i++) {
    const [cell, channel] = [Math.floor(i / channels), i % channels];
    const [row, column] = [Math.floor(cell / (width / 2)), cell % (width / 2)];
    const corner = (2 * row * width + 2 * column) * channels + channel;
    passed[corner + offsets.find((offset) => values[corner + offset] === most[i])] = given[i];
  }
  return passed;
}
