// What the page's components ask a server for, answered here: one entry for each function, called COMPONENT.FUNCTION.
import qrcode from "qrcode-generator";
import { bytesOf } from "../document/shared/bytes.js";
import { isDigit } from "../document/shared/digits.js";
import { loadModel } from "./model.js";
import { base64OfFile, encode, encodeSigned, glow, maps } from "./paint.js";
import { loadPage, PictureError } from "./picture.js";
import { recognize, readMarks } from "./reading.js";

const model = loadModel();
model.catch((error) => setTimeout(() => reportError(error))); // to the page, which starts another worker when asked again
const EXAMPLE = "receipt.webp"; // which About shows before anything was read
const DIGITS_SHOWN = 8; // there

const read = async (page) => (await model).read(page);
const inked = (encoded) => Float32Array.from(bytesOf(encoded), (value) => value / 255);
const example = async (name) => (await fetch(`examples/${name}`)).blob();

// A file's reading, as the components take it.
async function readFile(file, mayTurn) {
  const reading = await recognize(await loadPage(file), read, mayTurn);
  return { ...reading, digits: reading.digits.map((digit) => ({ ...digit, image: encode(digit.image) })) };
}

// The numbers of a row of the table.
async function asRow(file) {
  const { text, digits } = await readFile(file, true);
  const sure = digits.filter(isDigit).map(({ confidence }) => confidence);
  return { text, marks: digits.length, lowest: sure.length ? Math.min(...sure) : null };
}

// What is wrong with a picture, of the file called name if it has one, is an answer.
const factsOf = (name) => (error) => {
  if (error instanceof PictureError) return { error: { ...error.facts, name } };
  throw error;
};
const refusePdf = ({ data: { file } }) => ({ error: { kind: "no_pdf", name: file.name } });

const answers = {
  "sketchpad.read": async (url) => readFile(await (await fetch(url)).blob(), false),
  "photo.read": ({ data: { photo, may_turn } }) => readFile(photo, may_turn).catch(factsOf(photo.name)),
  "photo.example": async (name) => ({ data: await base64OfFile(await example(name)) }),
  "photo.first_pages": refusePdf,
  "batch.first_pages": refusePdf,
  "batch.read": async ({ data }) => {
    const rows = [];
    for (const file of Object.values(data)) rows.push(await asRow(file).catch(factsOf()));
    return { rows };
  },
  "batch.examples": () =>
    Promise.all(PHOTOS.map(async (name) => ({ name, data: await base64OfFile(await example(name)) }))),
  "batch.classify": async (images) => {
    const rows = await (await model).predict(inked(images));
    const lowest = rows.map((row) => Math.max(...row));
    return { labels: rows.map((row, i) => String(row.indexOf(lowest[i]))), lowest };
  },
  "why.respond": async (image) => ({ layers: await Promise.all((await (await model).layers(inked(image))).map(maps)) }),
  "why.explain": async ({ image, labels }) => {
    const [own, other] = await (await model).saliency(inked(image), labels.map(Number));
    return { own: encodeSigned(own), other: encodeSigned(other) };
  },
  "about.steps": async (upload) => takeSteps(upload ? upload.data.picture : await example(EXAMPLE)),
  "about.card": async () => (await fetch("card.json")).json(),
  "masthead.share": (address) => share(new URL(address)),
};

// How a picture is read, step by step.
async function takeSteps(picture) {
  const page = await loadPage(picture);
  const { digits } = readMarks(await read(page));
  const { width, height } = page;
  const parts = ([left, top, right, bottom]) => [left / width, top / height, right / width, bottom / height];
  return {
    ...(await glow(page, await (await model).heat(page))),
    marks: digits.map(({ label, box }) => ({ label, box: parts(box) })),
    images: digits
      .filter(isDigit)
      .slice(0, DIGITS_SHOWN)
      .map(({ image }) => encode(image)),
  };
}

// The page's own address and its QR code; none where only this computer can open it.
function share({ href, hostname, protocol }) {
  if (!protocol.startsWith("http") || /^(localhost|127\.|\[::1\])/.test(hostname)) return {};
  const code = qrcode(0, "M");
  code.addData(href);
  code.make();
  const isLocal = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)|\.(local|lan|internal|home\.arpa)$|^[^.]+$/.test(
    hostname,
  );
  return { url: href, code: code.createSvgTag({ scalable: true, margin: 2 }), local: isLocal };
}

self.addEventListener("message", async ({ data: { id, name, argument } }) => {
  const answer = await Promise.resolve(argument)
    .then(answers[name])
    .catch(factsOf())
    .catch((error) => {
      console.error(error);
      return { error: { kind: "fault_here" } };
    });
  self.postMessage({ id, answer });
});
