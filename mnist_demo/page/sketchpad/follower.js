// Keeps the reading as new as a drawing that changes. One question is asked at a time; when its answer is there, the
// newest drawing is next, and what was drawn in between is skipped.
import { ask } from "../../document/shared/ask.js";

const PAUSE = 0.25; // of the time that the last answer took, before the next question while the pen moves

export class Follower {
  // read() asks about the drawing as it is; moves() tells whether the pen does; show(reading) takes what is wanted of the
  // answers; status shows what is waited for.
  constructor({ read, moves, show, status }) {
    Object.assign(this, { read, moves, show, status });
    this.change = 0; // counts everything that alters the ink
    this.asked = 0; // the change that was asked about last
    this.known = 0; // the change that the last answer is about
    this.erased = 0; // the last change that took something away: an answer asked for earlier is not wanted after it
    this.isAsking = false;
    this.hurry = () => {};
  }

  // Whether the reading is older than the drawing.
  get isBehind() {
    return this.known !== this.change;
  }

  // Takes note that the ink is another.
  changed(takesAway) {
    this.change++;
    if (takesAway) this.erased = this.change;
  }

  async follow() {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.asked !== this.change) {
      const start = performance.now();
      const answer = await ask(() => this.question(), this.status);
      if (this.asked >= this.erased) {
        this.known = this.asked;
        this.show(answer);
      }
      const pause = PAUSE * (performance.now() - start);
      if (this.moves()) await new Promise((wake) => setTimeout((this.hurry = wake), pause));
    }
    this.isAsking = false;
  }

  // Waits no longer, as the pen has been lifted: neither for the pause's end nor for an answer about less than all ink.
  // A server that is slow, busy or away, of which status tells, is left alone.
  lifted() {
    if (this.asked !== this.change && !this.status.textContent) this.hurry();
  }

  // The answer about the newest drawing.
  question() {
    this.asked = this.change;
    return new Promise((resolve) => {
      this.hurry = () => resolve(this.question()); // whatever answer is on its way
      this.read().then(resolve);
    });
  }
}
