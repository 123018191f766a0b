// The reasons for the digit that the readout shows: they follow the pen at some distance, and never hold up a reading.
const AFTER = { moving: 350, resting: 80 }; // milliseconds
const SPEAKS_FOR = [96, 134, 255];
const SPEAKS_AGAINST = [255, 148, 46];
const INK = [236, 238, 246];
const PAPER = [11, 13, 20];

const title = element.querySelector("h2");
const filters = element.querySelector("img");

let image = null; // of the digit shown: base64 of its 28x28 bytes
let explained = null;
let visible = false;
let timer = null;
let asking = false;

document.addEventListener("digits:shown", ({ detail: { digit, busy } }) => {
  image = digit?.image ?? null;
  if (!image) clear();
  if (timer === null || !busy) soon(busy ? AFTER.moving : AFTER.resting);
});

new IntersectionObserver((entries) => {
  visible = entries.at(-1).isIntersecting;
  if (visible) soon(0);
}).observe(element);

function soon(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(explain, milliseconds);
}

async function explain() {
  timer = null;
  if (asking || !visible || !image || image === explained) return;
  asking = true;
  const asked = image;
  const answer = await server.explain(asked);
  asking = false;
  if (!answer || answer.error || !image) return; // the pad says so when the connection is lost
  show(asked, answer);
  explained = asked;
  if (image !== asked) soon(AFTER.resting);
}

function show(asked, { label, rival, own, other, filters: picture }) {
  title.textContent = T("why_label", { label });
  paint(".own", asked, own, T("why_own_text", { label }));
  paint(".rival", asked, other, T("why_rival_text", { label: rival }));
  filters.src = picture;
  filters.hidden = false;
}

function clear() {
  explained = null;
  title.textContent = T("why");
  for (const canvas of element.querySelectorAll("canvas")) {
    canvas.getContext("2d").clearRect(0, 0, 28, 28);
    canvas.parentElement.querySelector("span").textContent = T("why_blank");
  }
  filters.hidden = true;
}

// The ink in grey, and over it how strongly each pixel speaks: the stronger, the more of the colour.
function paint(selector, ink, saliency, text) {
  const canvas = element.querySelector(selector);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  const [greys, signed] = [atob(ink), atob(saliency)];
  for (let i = 0; i < greys.length; i++) {
    const grey = (0.75 * greys.charCodeAt(i)) / 255;
    const weight = (signed.charCodeAt(i) << 24 >> 24) / 127;
    const colour = weight > 0 ? SPEAKS_FOR : SPEAKS_AGAINST;
    const share = Math.abs(weight) ** 1.3;
    for (let c = 0; c < 3; c++) {
      const under = PAPER[c] + (INK[c] - PAPER[c]) * grey;
      pixels.data[4 * i + c] = under + (colour[c] - under) * share;
    }
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
  canvas.parentElement.querySelector("span").textContent = text;
}
