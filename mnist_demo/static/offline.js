// Has the service worker keep everything, and says when the page opens without a connection.
addEventListener("load", async () => {
  const workers = attempt(() => navigator.serviceWorker); // only secure pages have it
  const kept = await workers?.register("service-worker.js", { updateViaCache: "none" }).catch(() => null);
  if (!kept) return;
  await workers.ready;
  document.querySelector("footer .ready").textContent = T("ready");
});
