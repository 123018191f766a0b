// The page's tabs, which are Gradio's.
export const TAB = "#sources [role=tab]";

/** @returns {HTMLElement[]} */
export function tabs() {
  return Array.from(document.querySelectorAll(TAB));
}

export function currentTab() {
  return tabs().find((tab) => tab.ariaSelected === "true")?.dataset.tabId;
}

/** @param {string} name */
export function openTab(name) {
  tabs()
    .find((tab) => tab.dataset.tabId === name)
    ?.click();
}
