// What the server reads of a drawing: black ink on a white sheet, of the pad's shape.
import { blobOf } from "../../document/shared/canvas.js";
import { Surface } from "./ink.js";
import { magnified } from "./view.js";

const SIDE = 256; // pixels: the sheet's longest at most; more take longer to read and are read no better
const [INK, PAPER] = ["#000", "#fff"];

export class Sheet {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.surface = new Surface(this.canvas, PAPER);
  }

  // Takes the pad's size, and the place of the paper on it.
  fit(width, height, view) {
    this.scale = Math.min(1, SIDE / Math.max(width, height));
    this.size = [width * this.scale, height * this.scale, magnified(view, this.scale)];
    this.surface.fit(...this.size);
  }

  // The drawing as the data URL of a PNG.
  url(strokes, newest) {
    this.surface.show(strokes, newest, INK);
    return this.canvas.toDataURL();
  }

  // Returns what draws these strokes as they are now, so many times as large, for those who want the picture later.
  pictureOf(strokes, newest) {
    const [width, height, view] = this.size;
    return (times = 1) => {
      const canvas = document.createElement("canvas");
      const surface = new Surface(canvas, PAPER);
      surface.fit(times * width, times * height, magnified(view, times));
      surface.show(strokes, newest, INK);
      return blobOf(canvas);
    };
  }
}
