// The page's tabs, which are Gradio's.
export const TAB = "#sources [role=tab]";

export function tabs() {
  return [...document.querySelectorAll(TAB)];
}

export function currentTab() {
  return tabs().find((tab) => tab.ariaSelected === "true")?.dataset.tabId;
}

export function openTab(name) {
  tabs()
    .find((tab) => tab.dataset.tabId === name)
    ?.click();
}
