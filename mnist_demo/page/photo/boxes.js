// The boxes around what was read in a picture.
import { areNarrow, describe, isUnsure } from "../../document/shared/digits.js";

const LABELLED = 0.04; // of a picture's width, that most boxes have where there is room for a label above each

// One button or plain box a digit, laid over a picture of the given size; nodes are kept so that they glide.
export function showBoxes(layer, digits, width, height, chosen) {
  while (layer.children.length > digits.length) layer.lastChild.remove();
  const boxes = digits.map(({ box }) => box);
  layer.classList.toggle("small", areNarrow(boxes, LABELLED * width));
  layer.style.setProperty("--tall", middle(boxes.map(([, top, , bottom]) => bottom - top)) / height);
  digits.forEach((digit, index) => {
    const [left, top, right, bottom] = digit.box;
    const box = layer.children[index] ?? layer.appendChild(document.createElement("button"));
    box.type = "button";
    box.dataset.label = digit.label ?? "";
    box.classList.toggle("unsure", isUnsure(digit));
    box.classList.toggle("nothing", digit.label === null);
    box.setAttribute("aria-pressed", index === chosen);
    box.setAttribute("aria-label", describe(digit));
    box.style.cssText =
      `left:${(100 * left) / width}%;top:${(100 * top) / height}%;` +
      `width:${(100 * (right - left)) / width}%;height:${(100 * (bottom - top)) / height}%`;
  });
}

function middle(values) {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
