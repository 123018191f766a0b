// Keeps the whole page, and opens it from there: it needs no connection, and all its files are of one version. A newer
// version is fetched whole beside it, and waits until no page of the older is open: it opens with the visit after that.
const { scope } = self.registration;
const COPIES = `${scope} ${VERSION}`; // other pages of this host keep their own

self.addEventListener("install", (event) => event.waitUntil(keep()));
// The first version takes over the page that it was fetched for at once; a later one finds none open.
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([forget(), self.clients.claim()])));
self.addEventListener("fetch", (event) => {
  if (event.request.method === "GET" && event.request.url.startsWith(scope)) event.respondWith(answer(event.request));
});

async function keep() {
  const copies = await caches.open(COPIES);
  await copies.addAll(FILES.map((name) => new Request(scope + name, { cache: "no-cache" })));
}

// The copies of other versions.
async function forget() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(`${scope} `) && name !== COPIES);
  return Promise.all(old.map((name) => caches.delete(name)));
}

async function answer(request) {
  const copies = await caches.open(COPIES);
  const copy = await copies.match(request.url.replace(/index\.html(?=$|[?#])/, ""), { ignoreSearch: true });
  return copy ? isolated(copy) : fetch(request);
}

// Browsers let a page have threads, whose memory is shared, only with these headers, which a plain file server cannot send.
function isolated({ body, headers: given }) {
  const headers = new Headers(given);
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  return new Response(body, { headers });
}
