// The files that MNIST comes in: IDX, NumPy's .npy and .npz, and Kaggle's CSV, each also as .gz.
export const SIDE = 28; // pixels of an image
export const AREA = SIDE * SIDE;
const SHAPES = [[SIDE, SIDE], [AREA], [SIDE, SIDE, 1]].map(String); // of an image
const NUMBERS = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  i4: Int32Array,
  u4: Uint32Array,
  i8: BigInt64Array,
  u8: BigUint64Array,
  f4: Float32Array,
  f8: Float64Array,
};

// Returns the parts of a file: { images, labels }, of which images is bytes, 28 * 28 for each, ink = 255, and labels an
// array of numbers; one of them may be null. Throws where there is neither.
export async function unpack(file) {
  let bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = await inflated(bytes, "gzip");
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  if (start.startsWith("\0\0\x08")) return arranged([fromIdx(bytes)]);
  if (start === "\x93NUMPY") return arranged([fromNpy(bytes)]);
  if (start.startsWith("PK")) return arranged((await entries(bytes)).map(fromNpy));
  return [fromCsv(new TextDecoder().decode(bytes))];
}

async function inflated(bytes, format) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromIdx(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: bytes[3] }, (_, i) => view.getUint32(4 + 4 * i));
  return { shape, values: bytes.subarray(4 + 4 * shape.length), type: "u1" };
}

function fromNpy(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [length, start] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = String.fromCharCode(...bytes.subarray(start, start + length));
  const [, type] = header.match(/'descr': '[<|]([a-z]\d)'/) ?? [];
  const shape = header
    .match(/'shape': \(([^)]*)\)/)[1]
    .split(",")
    .filter((side) => side.trim())
    .map(Number);
  if (!NUMBERS[type] || header.includes("'fortran_order': True")) throw new TypeError("numbers of another type");
  const values = new NUMBERS[type](bytes.slice(start + length).buffer);
  return { shape, values, type };
}

// What arrays are: images or labels. 784 numbers are an image, unless there are as many images, whose labels they are.
function arranged(arrays) {
  const isSet = arrays.some(({ shape }) => shape[0] === AREA && SHAPES.includes(String(shape.slice(1))));
  return paired(arrays.map((array) => partOf(array, isSet)));
}

function partOf({ shape, values, type }, isSet) {
  if (values.length !== shape.reduce((a, b) => a * b, 1)) throw new TypeError("a file that is cut off");
  if (shape.length === 1 && (isSet || shape[0] !== AREA)) return { images: null, labels: Array.from(values, Number) };
  if (![shape.slice(1), shape].map(String).some((each) => SHAPES.includes(each)))
    throw new TypeError("images of another size");
  return { images: type === "u1" ? values : asBytes(values, type), labels: null };
}

// Each pixel as a byte.
function asBytes(values, type) {
  const isShare = type === "b1" || (type.startsWith("f") && values.every((value) => value <= 1));
  const pixels = Uint8ClampedArray.from(values, (value) => Number(value) * (isShare ? 255 : 1)); // which rounds, too
  return new Uint8Array(pixels.buffer);
}

// Puts labels with the images that there are as many of.
export function paired(parts) {
  const labels = parts.filter((part) => part.labels && !part.images);
  const images = parts.filter((part) => part.images);
  for (const part of images) {
    const match = labels.findIndex((other) => !part.labels && other.labels.length === part.images.length / AREA);
    if (match >= 0) part.labels = labels.splice(match, 1)[0].labels;
  }
  return [...images, ...labels];
}

function fromCsv(text) {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const columns = head.split(",").length;
  if (columns !== AREA && columns !== AREA + 1) throw new TypeError("a table of something else");
  const rows = /[a-z]/i.test(head) ? lines : [head, ...lines];
  const images = new Uint8Array(rows.length * AREA);
  const labels = columns > AREA ? [] : null;
  rows.forEach((row, i) => {
    const values = row.split(",");
    labels?.push(Number(values.shift()));
    images.set(values, i * AREA);
  });
  return { images, labels };
}

// The .npy files in a zip file.
async function entries(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let end = bytes.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  const all = [];
  for (let i = 0, at = view.getUint32(end + 16, true); i < view.getUint16(end + 10, true); i++) {
    const [method, size, name, extra, comment, local] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 20, true),
      view.getUint16(at + 28, true),
      view.getUint16(at + 30, true),
      view.getUint16(at + 32, true),
      view.getUint32(at + 42, true),
    ];
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.slice(start, start + size);
    all.push(method ? inflated(packed, "deflate-raw") : packed);
    at += 46 + name + extra + comment;
  }
  return Promise.all(all);
}
