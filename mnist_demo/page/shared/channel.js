// What components that read pictures share. The readout beside the tabs shows what the visible tab last announced; a
// hidden tab keeps its reading to itself until it is shown again.
import { EMPTY, describe, isUnsure } from "./digits.js";

export function announcer(element) {
  let latest = { reading: EMPTY, busy: false };
  const tell = () => {
    if (element.checkVisibility()) document.dispatchEvent(new CustomEvent("digits:reading", { detail: latest }));
  };
  new IntersectionObserver((entries) => entries.at(-1).isIntersecting && tell()).observe(element);
  return (reading, details = {}) => {
    if (details.picture && reading.digits.length) window.lastPicture = details.picture; // for who explains how it is read
    latest = { reading, busy: false, source: element, ...details };
    tell();
  };
}

// One button or plain box a digit, laid over a picture of the given size; nodes are kept so that they glide.
export function showBoxes(layer, digits, width, height, chosen) {
  while (layer.children.length > digits.length) layer.lastChild.remove();
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

// A server with too many requests says after how many seconds to ask again. Gradio keeps refusals to itself, so that is
// noted as it passes. This script runs once for each component; the first one sees to it.
if (window.askAgainAt === undefined) {
  window.askAgainAt = 0; // milliseconds, as Date.now() counts them
  const fetch = window.fetch;
  window.fetch = async (...request) => {
    const answer = await fetch(...request);
    const seconds = Number(answer.headers.get("Retry-After"));
    if (seconds) window.askAgainAt = Date.now() + 1000 * seconds;
    return answer;
  };
}

// Asks the server, and keeps asking while it is busy or the connection lost. Gradio answers undefined where a request
// failed.
export async function ask(request, status, isWanted = () => true) {
  const slow = setTimeout(() => (status.textContent = T("waiting")), 1500);
  for (let pause = 500; isWanted(); pause = Math.min(2 * pause, 4000)) {
    const answer = await Promise.race([request(), sleep(30000)]);
    clearTimeout(slow);
    if (answer !== undefined) {
      status.textContent = "";
      return answer;
    }
    const rest = window.askAgainAt - Date.now();
    status.textContent = T(rest > 0 ? "busy" : "lost");
    await sleep(rest > 0 ? rest + 500 * Math.random() : pause); // at random, lest all come back at the same moment
  }
  clearTimeout(slow);
  status.textContent = "";
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
