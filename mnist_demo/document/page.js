// Runs in the document's head before anything is shown: the words in the reader's language, and the theme they chose.
(() => {
  // What may fail, such as storage: inside another site's frame, a browser may refuse all of it.
  window.attempt = (access) => {
    try {
      return access();
    } catch {
      return null;
    }
  };

  const translations = gradio_config.i18n_translations;
  const chosen = attempt(() => localStorage.getItem("language"));
  const languages = [chosen, navigator.language, navigator.language.split("-")[0], "en"];
  const language = languages.find((name) => name in translations);
  const texts = { ...translations.en, ...translations[language] };
  const root = document.documentElement;
  const speak = () => root.lang === language || (root.lang = language);
  speak();
  new MutationObserver(speak).observe(root, { attributeFilter: ["lang"] }); // Gradio names the browser's language

  // Gradio words the tabs and its own parts in the browser's language, if it knows that; here all speak one.
  const spoken = { zh: "zh-CN" }[language] ?? language; // as Gradio calls it
  Object.defineProperties(navigator, { language: { value: spoken }, languages: { value: [spoken] } });
  window.Language = {
    all: Object.keys(translations),
    chosen: language,
    choose(name) {
      attempt(() => localStorage.setItem("language", name));
      location.reload(); // which the drawing survives
    },
  };

  // A text by its key; {name} in it stands for values.name.
  window.T = (key, values = {}) => texts[key].replace(/{(\w+)}/g, (_, name) => values[name]);

  // Whether a finger is what mostly points: files are not dropped there, and it has a camera.
  window.isTouch = matchMedia("(pointer: coarse)").matches;

  // Gradio follows the system; a theme chosen here goes before it.
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const isDark = Theme.chosen === "dark" || (Theme.chosen === "system" && system.matches);
    if (document.body.classList.contains("dark") !== isDark) document.body.classList.toggle("dark");
  };
  window.Theme = {
    chosen: attempt(() => localStorage.getItem("theme")) ?? "system",
    choose(name) {
      Theme.chosen = name;
      attempt(() => localStorage.setItem("theme", name));
      apply();
    },
  };
  // The body comes after this script, and is dressed before its first frame.
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    observer.disconnect();
    new MutationObserver(apply).observe(document.body, { attributeFilter: ["class"] });
    apply();
  }).observe(root, { childList: true });
  system.addEventListener("change", apply);
})();
