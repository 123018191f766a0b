// Files on their way to a tab. One that has not been opened yet takes them when it is.
import { openTab } from "./tabs.js";

export function handOver(name, files) {
  window.handedOver = { ...window.handedOver, [name]: files };
  document.dispatchEvent(new Event("digits:files"));
  openTab(name);
}

export function takeOver(name, act) {
  const look = () => {
    const files = window.handedOver?.[name];
    if (!files) return;
    delete window.handedOver[name];
    act(files);
  };
  document.addEventListener("digits:files", look);
  look();
}
