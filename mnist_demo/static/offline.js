// Has the service worker keep everything, and says when the page opens without a connection.
(() => {
  const workers = attempt(() => navigator.serviceWorker); // only secure pages have it
  workers?.ready.then(() => (document.querySelector("footer .ready").textContent = T("ready")));
  addEventListener("load", () => workers?.register("service-worker.js", { updateViaCache: "none" }).catch(() => {}));
})();
