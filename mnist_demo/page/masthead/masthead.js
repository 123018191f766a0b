// The language, the theme, and the link to this page where others can follow it; and what the page's frame lacks.
import { copy } from "../../document/shared/takeaway.js";
import "./addresses.js";
import "./intake.js";

document.querySelector(".waiting")?.remove(); // what stood in this one's place
document.dispatchEvent(new Event("page:there"));

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
  share() {
    if (isTouch && navigator.share) return navigator.share({ title: document.title, url: link.href }).catch(() => {});
    dialog.showModal();
    button("copy").focus(); // not the link before it; the attribute autofocus is an error in another site's frame
  },
  close: () => dialog.close(),
  async copy() {
    const copied = await copy(link.href);
    if (copied) button("copy").textContent = T("copied");
    else dialog.querySelector(".failed").textContent = T("not_copied");
  },
};

element.addEventListener("click", (event) => {
  actions[event.target.closest("[data-action]")?.dataset.action]?.();
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener("close", () => {
  button("copy").textContent = T("copy");
  dialog.querySelector(".failed").textContent = "";
});
if (isTouch) dialog.querySelector("h2").textContent = T("share_here");

server.share(location.origin + location.pathname).then((shared) => {
  if (!shared?.url) return; // only this computer can open the page
  link.href = link.textContent = shared.url;
  dialog.querySelector(".code").innerHTML = shared.code;
  dialog.querySelector(".local").hidden = !shared.local;
  button("share").hidden = false;
});

// ---- the language

const languages = element.querySelector("select");
for (const name of Language.all) {
  languages.add(new Option(new Intl.DisplayNames([name], { type: "language" }).of(name), name));
}
languages.value = Language.chosen;
element.querySelector(".language span").textContent = Language.chosen.toUpperCase();
languages.addEventListener("change", () => Language.choose(languages.value));

// ---- Gradio's drawer about the API, which knows no Escape

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.querySelector(".api-docs .backdrop")?.click();
});

showTheme();
document.title = T("title"); // Gradio has set its own by now
