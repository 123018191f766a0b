// The reasons for the digit that the readout shows. Its ink and what the first layer makes of it follow the pen; the
// saliency, which costs the server as much as a reading, waits until the pen rests. Neither holds up a reading.
const PAUSE = 200; // milliseconds between an answer and the next request of its kind
const RESTS = 150; // milliseconds after which a pen is at rest
const SPEAKS_FOR = [96, 134, 255];
const SPEAKS_AGAINST = [255, 148, 46];
const INK = [236, 238, 246];
const PAPER = [11, 13, 20];

const section = element.querySelector(".why");
const title = element.querySelector("h2");
const filters = element.querySelector("img");

let image = null; // of the digit shown: base64 of its 28x28 bytes
let moves = false;
let isSeen = false;
let resting = null;
const shown = { layer: null, saliency: null }; // the images that they belong to

const followLayer = follower("layer", (asked) => server.respond(asked), showLayer);
const followSaliency = follower("saliency", (asked) => server.explain(asked), showSaliency, () => !moves);

document.addEventListener("digits:shown", ({ detail: { digit, busy } }) => {
  moves = busy;
  if (digit?.image !== image) showInk(digit);
  clearTimeout(resting);
  if (!moves) resting = setTimeout(followSaliency, RESTS);
  followLayer();
});

new IntersectionObserver((entries) => {
  isSeen = entries.at(-1).isIntersecting;
  followLayer();
  followSaliency();
}).observe(element);

// Returns a function that asks about the digit shown, unless it need not, and again when another is shown by then.
function follower(kind, ask, show, isDue = () => true) {
  let asking = false;
  return async function follow() {
    if (asking || !isSeen || !image || image === shown[kind] || !isDue()) return;
    asking = true;
    const asked = image;
    const answer = await ask(asked);
    if (answer && !answer.error && image) show(asked, answer); // the pad says so when the connection is lost
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    asking = false;
    if (image !== asked) follow();
  };
}

function showInk(digit) {
  image = digit?.image ?? null;
  shown.saliency = null;
  section.toggleAttribute("data-empty", !image);
  title.textContent = titleFor(digit);
  for (const canvas of element.querySelectorAll("canvas")) {
    canvas.getContext("2d").clearRect(0, 0, 28, 28);
    if (image) paint(canvas, image);
    else canvas.parentElement.querySelector("span").textContent = "";
  }
  if (image) return;
  shown.layer = null;
  filters.hidden = true;
}

function titleFor(digit) {
  if (!digit) return T("why");
  return digit.label === null ? T("why_none") : T("why_label", { label: digit.label });
}

function showLayer(asked, { filters: picture }) {
  shown.layer = asked;
  filters.src = picture;
  filters.hidden = false;
}

function showSaliency(asked, { label, rival, own, other }) {
  if (asked !== image) return;
  shown.saliency = asked;
  for (const [name, saliency, text] of [
    ["own", own, T("why_own_text", { label })],
    ["rival", other, T("why_rival_text", { label: rival })],
  ]) {
    const canvas = element.querySelector(`.${name}`);
    paint(canvas, asked, saliency);
    canvas.parentElement.querySelector("span").textContent = text;
  }
}

// The ink in grey, and over it how strongly each pixel speaks: the stronger, the more of the colour.
function paint(canvas, ink, saliency = null) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(28, 28);
  const [greys, signed] = [atob(ink), saliency && atob(saliency)];
  for (let i = 0; i < greys.length; i++) {
    const grey = (0.75 * greys.charCodeAt(i)) / 255;
    const weight = signed ? (signed.charCodeAt(i) << 24 >> 24) / 127 : 0;
    const colour = weight > 0 ? SPEAKS_FOR : SPEAKS_AGAINST;
    const share = Math.abs(weight) ** 1.3;
    for (let c = 0; c < 3; c++) {
      const under = PAPER[c] + (INK[c] - PAPER[c]) * grey;
      pixels.data[4 * i + c] = under + (colour[c] - under) * share;
    }
    pixels.data[4 * i + 3] = 255;
  }
  context.putImageData(pixels, 0, 0);
}
