// What a first visit begins with: once the page has come to rest, a number draws itself, unless a hand is there before.
const VISITED = "visited"; // in the browser's storage
const SETTLED = 900; // milliseconds

// Calls show() if this browser has never been here. Where it stores nothing, that cannot be known, and nothing is shown.
export function welcome(show) {
  if (attempt(() => localStorage.getItem(VISITED)) !== null) return;
  attempt(() => localStorage.setItem(VISITED, "yes"));
  const timer = setTimeout(show, SETTLED);
  for (const type of ["pointerdown", "keydown"]) {
    document.addEventListener(type, () => clearTimeout(timer), { once: true, capture: true });
  }
}
