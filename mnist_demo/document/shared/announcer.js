// How components that read pictures tell what they read. The readout beside the tabs shows what the visible tab last
// announced; a hidden tab keeps its reading to itself until it is shown again.
import { EMPTY } from "./digits.js";

/** Returns what announces a component's readings.
 * @param {HTMLElement} element the component's
 */
export function announcer(element) {
  /** @type {{ reading: Reading, busy: boolean, source?: HTMLElement }} */
  let latest = { reading: EMPTY, busy: false };
  const tell = () => {
    if (element.checkVisibility()) document.dispatchEvent(new CustomEvent("digits:reading", { detail: latest }));
  };
  new IntersectionObserver((entries) => entries.at(-1)?.isIntersecting && tell()).observe(element);
  /**
   * @param {Reading} reading
   * @param {{ picture?: Picture | null, [detail: string]: unknown }} details
   */
  return (reading, details = {}) => {
    if (details.picture && reading.digits.length) window.lastPicture = details.picture; // for who explains how it is read
    latest = { reading, busy: false, source: element, ...details };
    tell();
  };
}
