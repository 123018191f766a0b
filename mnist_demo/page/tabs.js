// The tabs have addresses, such as #photo: links open them, and the browser's back button goes through them.
const TAB = "#sources [role=tab]";
const FIRST = "draw"; // the page's own address

const tabs = () => [...document.querySelectorAll(TAB)];
const addressed = () => location.hash.slice(1) || FIRST;

export function openTab(name) {
  tabs().find((tab) => tab.dataset.tabId === name)?.click();
}

document.addEventListener("click", ({ target }) => {
  const name = target.closest(TAB)?.dataset.tabId;
  if (name && name !== addressed()) history.pushState(null, "", name === FIRST ? location.pathname + location.search : `#${name}`);
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

// The page's own script may run before its tabs are there.
new MutationObserver((_, observer) => {
  if (!tabs().length) return;
  observer.disconnect();
  openTab(addressed());
}).observe(document.body, { childList: true, subtree: true });
