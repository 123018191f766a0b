// The page's colours, as document/palette.css has them, for what is painted.

/** @param {string} name */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Red, green and blue of a colour that is written as #rrggbb.
 * @param {string} name
 */
export function rgb(name) {
  return [1, 3, 5].map((start) => Number.parseInt(colour(name).slice(start, start + 2), 16));
}
