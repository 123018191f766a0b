// The theme switch, and the link to this page where others can follow it.
const dialog = element.querySelector("dialog");
const link = dialog.querySelector("a");
const themes = ["system", "light", "dark"];
const button = (action) => element.querySelector(`[data-action=${action}]`);

function showTheme() {
  button("theme").dataset.theme = Theme.chosen;
  button("theme").title = T(`theme_${Theme.chosen}`);
  button("theme").setAttribute("aria-label", T(`theme_${Theme.chosen}`));
}

const actions = {
  theme() {
    Theme.choose(themes[(themes.indexOf(Theme.chosen) + 1) % themes.length]);
    showTheme();
  },
  share: () => dialog.showModal(),
  close: () => dialog.close(),
  async copy() {
    await navigator.clipboard.writeText(link.href).catch(() => getSelection().selectAllChildren(link));
    button("copy").textContent = T("copied");
  },
};

element.addEventListener("click", (event) => {
  actions[event.target.closest("[data-action]")?.dataset.action]?.();
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => (button("copy").textContent = T("copy")));

server.share(location.origin + location.pathname).then((shared) => {
  if (!shared?.url) return; // only this computer can open the page
  link.href = link.textContent = shared.url;
  dialog.querySelector(".code").innerHTML = shared.code;
  button("share").hidden = false;
});

showTheme();
document.title = T("title"); // Gradio has set its own by now
