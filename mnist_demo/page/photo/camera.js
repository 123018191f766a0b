// The camera: the rear one first, where there are several.
import { newContext } from "../../document/shared/canvas.js";

const WISHES = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };

export class Camera {
  // Shows what it sees in a video.
  constructor(video) {
    this.video = video;
    this.stream = null;
  }

  get isOn() {
    return this.stream !== null;
  }

  // Returns whether it can be used. It stays off if it is not wanted any more once it is allowed.
  async start(isWanted) {
    const stream = await navigator.mediaDevices.getUserMedia({ video: WISHES }).catch(() => null);
    if (!isWanted()) stop(stream);
    else if (stream) {
      this.stream = this.video.srcObject = stream;
      await this.video.play();
    }
    return stream !== null;
  }

  // What it saw last is seen until something else is shown.
  stop() {
    this.video.pause();
    stop(this.stream);
    this.stream = null;
  }

  // Returns a canvas with what it sees.
  still() {
    const context = newContext(this.video.videoWidth, this.video.videoHeight);
    context.drawImage(this.video, 0, 0);
    return context.canvas;
  }
}

function stop(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
