// Files on their way to a tab. One that has not been opened yet takes them when it is.
import { openTab } from "./tabs.js";

/**
 * @param {string} name the tab's
 * @param {File[]} files
 */
export function handOver(name, files) {
  window.handedOver = { ...window.handedOver, [name]: files };
  document.dispatchEvent(new Event("digits:files"));
  openTab(name);
}

/** Acts on the files that a tab is given, from now on.
 * @param {string} name the tab's
 * @param {(files: File[]) => void} act
 */
export function takeOver(name, act) {
  const look = () => {
    const { [name]: files, ...others } = window.handedOver ?? {};
    if (!files) return;
    window.handedOver = others;
    act(files);
  };
  document.addEventListener("digits:files", look);
  look();
}
