// Opens the page without a connection. What can be fetched is fetched, and a copy kept; only what cannot be fetched comes
// from the copies. Everything but the document and its files, such as readings and streams, passes by untouched.
const { scope } = self.registration;
const COPIES = `${scope} ${VERSION}`; // other pages of this host keep their own
const FILES = /^(assets|static|svelte|pwa_icon)\/|^(theme\.css|manifest\.json|favicon\.ico|digits\.woff2)$/;

self.addEventListener("install", (event) => {
  event.addRoutes?.({ condition: { requestMethod: "POST" }, source: "network" }); // so that no reading waits for us
  self.skipWaiting();
});
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forget(), self.clients.claim()])));
self.addEventListener("fetch", (event) => {
  const name = nameOf(event.request);
  if (name !== null) event.respondWith(answer(event, name));
});

// The copies of other versions.
async function forget() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(`${scope} `) && name !== COPIES);
  return Promise.all(old.map((name) => caches.delete(name)));
}

// The address to keep a copy under, "" for the document; null where none is kept.
function nameOf({ method, url, mode }) {
  if (method !== "GET" || !url.startsWith(scope)) return null;
  const name = url.slice(scope.length).replace(/#.*/, "");
  const path = name.replace(/\?.*/, "");
  if (path === "") return mode === "navigate" || name === "" ? "" : null;
  return FILES.test(path) && mode !== "navigate" ? name : null;
}

async function answer(event, name) {
  const copies = await caches.open(COPIES);
  try {
    const response = await fetch(event.request);
    if (response.status === 200) event.waitUntil(copies.put(scope + name, response.clone()));
    return response;
  } catch (error) {
    const copy = await copies.match(scope + name);
    if (!copy) throw error;
    return name ? copy : marked(copy);
  }
}

// The document, marked as one that came without a connection.
async function marked(copy) {
  const document = (await copy.text()).replace("<html", "<html data-offline");
  return new Response(document, { headers: copy.headers });
}
