// Runs in the page's head before anything is shown: the words in the reader's language, and the theme they chose.
(() => {
  const translations = gradio_config.i18n_translations;
  const language = [navigator.language, navigator.language.split("-")[0], "en"].find((name) => name in translations);
  const texts = { ...translations.en, ...translations[language] };
  document.documentElement.lang = language;
  document.title = texts.title;

  // A text by its key; {name} in it stands for values.name.
  window.T = (key, values = {}) => texts[key].replace(/{(\w+)}/g, (_, name) => values[name]);
})();
