// What is on the pad and all that can be undone. A reload or a crash of the tab brings the drawing back.
import { bounds } from "./ink.js";

const KEPT = "drawing"; // in the tab's own storage

export class Drawing {
  constructor() {
    this.forget();
  }

  get strokes() {
    return this.now.strokes;
  }

  // The part of the paper, [left, top, right, bottom], that must be seen wherever the drawing is shown.
  get extent() {
    return this.now.extent;
  }

  // Puts other strokes in place of those that are there, which can be undone, or adds to the last change. Where a drawing
  // begins, all that is seen of the paper becomes its extent; later strokes widen it as far as they are seen.
  change(strokes, seen, isMore = false) {
    if (!isMore) this.past.push(this.now);
    this.future = [];
    const extent = this.strokes.length ? widened(this.extent, strokes.at(-1), seen) : seen;
    this.now = { extent, strokes };
  }

  undo() {
    this.future.push(this.now);
    this.now = this.past.pop();
  }

  redo() {
    this.past.push(this.now);
    this.now = this.future.pop();
  }

  // Begins anew, with nothing to undo.
  forget() {
    this.now = { extent: null, strokes: [] }; // never altered: a change puts another in its place
    this.past = [];
    this.future = [];
  }

  keep() {
    attempt(() => sessionStorage.setItem(KEPT, JSON.stringify(this.now)));
  }

  restore() {
    const kept = attempt(() => JSON.parse(sessionStorage.getItem(KEPT)));
    if (kept?.extent && kept.strokes.length) this.now = kept;
  }
}

function widened([left, top, right, bottom], stroke, seen) {
  if (!stroke) return [left, top, right, bottom];
  const ink = bounds(stroke.points);
  return [
    Math.min(left, Math.max(ink[0], seen[0])),
    Math.min(top, Math.max(ink[1], seen[1])),
    Math.max(right, Math.min(ink[2], seen[2])),
    Math.max(bottom, Math.min(ink[3], seen[3])),
  ];
}
