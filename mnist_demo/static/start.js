// Puts the page's components into their places and lets a worker answer what they ask a server for.
(() => {
  const asked = new Map(); // from a request's number to what its answer goes to
  let count = 0; // of requests

  function answer(id, content) {
    asked.get(id)?.(content);
    asked.delete(id);
  }
  const giveUp = (id) => answer(id, { error: { kind: "fault_here" } });

  // One that fails answers nothing any more: the next question starts another.
  function started() {
    const worker = new Worker("worker.js");
    worker.addEventListener("message", ({ data }) => answer(data.id, data.answer));
    worker.addEventListener("error", () => {
      worker.terminate();
      current = null;
      for (const id of asked.keys()) giveUp(id);
    });
    return worker;
  }
  let current = attempt(started); // null where the page was opened as a file

  function ask(name, argument) {
    return new Promise((answered) => {
      const id = ++count;
      asked.set(id, answered);
      current ??= attempt(started);
      if (current) current.postMessage({ id, name, argument });
      else giveUp(id);
    });
  }

  const place = (name) => document.querySelector(`#${name} > .html-container > div`);
  for (const [name, { template }] of Object.entries(components)) place(name).innerHTML = template();
  for (const [name, { props, run }] of Object.entries(components)) {
    const server = new Proxy({}, { get: (_, method) => (argument) => ask(`${name}.${method}`, argument) });
    run(place(name).closest(".block"), props, server);
  }

  // ---- the tabs, as Gradio has them

  const tabs = [...document.querySelectorAll("#sources [role=tab]")];
  function show(tab) {
    for (const other of tabs) {
      other.setAttribute("aria-selected", other === tab);
      other.tabIndex = other === tab ? 0 : -1;
      document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
    }
  }
  for (const tab of tabs) {
    tab.textContent = T(tab.dataset.tabId);
    tab.addEventListener("click", () => show(tab));
  }
  show(tabs.find((tab) => `#${tab.dataset.tabId}` === location.hash) ?? tabs[0]);
  document.querySelector("footer .here").textContent = T("here");
})();
