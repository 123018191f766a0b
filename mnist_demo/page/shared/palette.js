// The page's colours, as document/palette.css has them, for what is painted.
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// Red, green and blue of a colour that is written as #rrggbb.
export function rgb(name) {
  return colour(name)
    .match(/[\da-f]{2}/g)
    .map((part) => Number.parseInt(part, 16));
}
