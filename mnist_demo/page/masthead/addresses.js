// The tabs have addresses, such as #photo: links open them, and the browser's back button goes through them.
import { TAB, openTab, tabs } from "../../document/shared/tabs.js";

const FIRST = "draw"; // has the page's own address
const addressed = () => location.hash.slice(1) || FIRST;

document.addEventListener("click", ({ target }) => {
  const name = target.closest(TAB)?.dataset.tabId;
  if (!name || name === addressed()) return;
  history.pushState(null, "", name === FIRST ? location.pathname + location.search : `#${name}`);
});
addEventListener("popstate", () => openTab(addressed()));

// The arrow keys move between them, as those who cannot see them expect.
document.addEventListener("keydown", (event) => {
  const all = tabs();
  const at = all.indexOf(event.target);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const tab = all.at(to % all.length);
  tab.focus();
  tab.click();
});

// This may run before the tabs are there.
new MutationObserver((_, observer) => {
  if (!tabs().length) return;
  observer.disconnect();
  openTab(addressed());
}).observe(document.body, { childList: true, subtree: true });
