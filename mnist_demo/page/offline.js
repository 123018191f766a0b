// Says when there is no connection, and keeps copies of the page's files to open it with then.
(() => {
  const AGAIN = 3000; // milliseconds between two tries to reach the server
  const { dataset } = document.documentElement; // the service worker marks a document that it had a copy of
  const isReachable = () =>
    fetch("robots.txt", { cache: "no-store" }).then(
      ({ ok }) => ok,
      () => false,
    );
  let waiting = false;

  async function wait() {
    if (waiting) return;
    waiting = true;
    const notice = document.querySelector(".offline");
    notice.textContent = T("offline");
    while (!(await isReachable())) await new Promise((wake) => setTimeout(wake, AGAIN));
    notice.textContent = "";
    waiting = false;
  }

  addEventListener("offline", wait);
  addEventListener("DOMContentLoaded", () => ("offline" in dataset || !navigator.onLine) && wait());

  // Only secure pages have service workers, and inside another site's frame a browser may refuse them.
  const workers = attempt(() => navigator.serviceWorker);
  workers?.addEventListener("controllerchange", () => {
    // It was not there yet when these were fetched. They come from the browser's own cache, and it keeps copies.
    const names = performance.getEntriesByType("resource").map(({ name }) => name);
    for (const name of [
      document.baseURI,
      ...names.filter((name) => /\/(assets|static|svelte)\/|\.(css|json|woff2)\b/.test(name)),
    ]) {
      fetch(name).catch(() => {});
    }
  });
  // Once the page is there: what the worker fetches would hold up what the page still waits for.
  const register = () => workers?.register("service-worker.js", { updateViaCache: "none" }).catch(() => {});
  document.addEventListener("page:there", () => (window.requestIdleCallback ?? setTimeout)(register), { once: true });
})();
