// Many files: what requests bring, what a spreadsheet gets, and MNIST's own files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { csvOf } from "../../mnist_demo/page/batch/csv.js";
import { AREA, paired, unpack } from "../../mnist_demo/page/batch/mnist.js";
import { parts } from "../../mnist_demo/page/batch/parts.js";

const sized = (...sizes) => sizes.map((size) => ({ size }));
const sizes = (all) => all.map((part) => part.map(({ size }) => size));

test("files are shared out in their order, each request as full as it may be", () => {
  assert.deepEqual(sizes(parts(sized(4, 5, 2, 9, 1), 10)), [[4, 5], [2], [9, 1]]);
});

test("a file larger than a request may be goes alone, for the server to refuse", () => {
  assert.deepEqual(sizes(parts(sized(1, 30, 2), 10)), [[1], [30], [2]]);
  assert.deepEqual(parts([], 10), []);
});

const lines = async (rows, end) => (await csvOf(rows).text()).split(end);

test("a spreadsheet gets every row, and runs none of them as a formula", async () => {
  const rows = [
    { name: 'a "b".png', text: "12\n7", lowest: 0.98765 },
    { name: "=1+1.png", error: "damaged" },
    { name: "-.png", text: "-45", lowest: 1 },
  ];
  assert.deepEqual(await lines(rows, "\r\n"), [
    "file,text,lowest_confidence,error", // the mark before it is gone when it is decoded
    '"a ""b"".png","12\n7","0.9877",""',
    `"'=1+1.png","","","damaged"`,
    `"'-.png","-45","1.0000",""`, // a reading that begins so is a number
    "",
  ]);
  const start = new Uint8Array(await csvOf(rows).arrayBuffer()).subarray(0, 3);
  assert.deepEqual([...start], [0xef, 0xbb, 0xbf]);
});

test("MNIST's images alone become a submission to Kaggle", async () => {
  const rows = ["7", "2"].map((text) => ({ pixels: new Uint8Array(AREA), name: "t10k 1", text }));
  assert.equal(csvOf(rows).name, "submission.csv");
  const failed = { pixels: new Uint8Array(AREA), name: "t10k 3", error: "a fault" };
  assert.deepEqual(await lines([...rows, failed], "\n"), ["ImageId,Label", "1,7", "2,2", "3,", ""]);
});

const image = Uint8Array.from({ length: AREA }, (_, i) => i % 256);
const idx = (shape, bytes) => {
  const head = new DataView(new ArrayBuffer(4 + 4 * shape.length));
  head.setUint32(0, 0x800 + shape.length);
  shape.forEach((side, i) => head.setUint32(4 + 4 * i, side));
  return Buffer.concat([Buffer.from(head.buffer), bytes]);
};
const npy = (kind, shape, bytes) => {
  const header = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117).concat("\n");
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00v\x00", "latin1"), Buffer.from(header), Buffer.from(bytes)]);
};
// A zip file of files that are stored as they are.
const zip = (files) => {
  const [parts, directory] = [[], []];
  for (const [name, bytes] of Object.entries(files)) {
    const [head, entry] = [Buffer.alloc(30 + name.length), Buffer.alloc(46 + name.length)];
    head.write("PK");
    head.writeUInt16LE(name.length, 26);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(Buffer.concat(parts).length, 42);
    parts.push(head, bytes);
    directory.push(entry);
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06");
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(parts).length, 16);
  return Buffer.concat([...parts, ...directory, end]);
};
const read = (bytes, name = "file") => unpack(new File([bytes], name));

test("IDX holds images or labels, packed or not", async () => {
  const images = idx([2, 28, 28], Buffer.concat([image, image]));
  for (const bytes of [images, gzipSync(images)]) {
    const [part] = await read(bytes);
    assert.equal(part.images.length, 2 * AREA);
    assert.deepEqual(part.images.subarray(AREA), image);
  }
  assert.deepEqual(await read(idx([3], Buffer.from([7, 2, 1]))), [{ images: null, labels: [7, 2, 1] }]);
});

test(".npy holds bytes, or floats that are ink as a share", async () => {
  assert.deepEqual((await read(npy("|u1", "1, 28, 28", image)))[0].images, image);
  const shares = Float32Array.from(image, (value) => value / 255);
  assert.deepEqual((await read(npy("<f4", "1, 784", new Uint8Array(shares.buffer))))[0].images, image);
});

test(".npy holds one image, or what is true where there is ink", async () => {
  for (const shape of ["28, 28", "784,", "28, 28, 1"])
    assert.deepEqual(await read(npy("|u1", shape, image)), [{ images: image, labels: null }]);
  const rows = Buffer.concat(Array(28).fill(image));
  assert.deepEqual((await read(npy("|u1", "28, 784", rows)))[0].images, new Uint8Array(rows));
  const [{ images }] = await read(npy("|b1", "1, 28, 28", new Uint8Array(AREA).fill(1, 0, 9)));
  assert.deepEqual(images, new Uint8Array(AREA).fill(255, 0, 9));
});

test("784 numbers are the labels of as many images", async () => {
  const images = npy("|u1", "784, 28, 28", Buffer.alloc(AREA * AREA));
  const parts = await read(zip({ "y.npy": npy("|u1", "784,", image), "x.npy": images }));
  assert.deepEqual(
    parts.map(({ images, labels }) => [images.length, labels]),
    [[AREA * AREA, [...image]]],
  );
});

test("numbers that are no bytes become the nearest, as in Python", async () => {
  const values = Float64Array.from(image).fill(300, 0, 1).fill(-5, 1, 2).fill(2.5, 2, 3).fill(3.5, 3, 4);
  const [{ images }] = await read(npy("<f8", "1, 28, 28", new Uint8Array(values.buffer)));
  assert.deepEqual([...images.subarray(0, 5)], [255, 0, 2, 4, 4]);
});

test("Kaggle's table may have a head, and labels", async () => {
  const head = ["label", ...image.keys()].join(",").replace(",0,", ",pixel0,");
  const [part] = await read(`${head}\r\n5,${image.join(",")}\r\n`);
  assert.deepEqual(part, { images: image, labels: [5] });
  assert.deepEqual((await read(image.join(",")))[0], { images: image, labels: null });
});

test("what holds no images of 28x28 is refused", async () => {
  for (const bytes of [idx([1, 20, 20], Buffer.alloc(400)), npy("<c8", "1, 28, 28", image), "a,b\n1,2\n"]) {
    await assert.rejects(read(bytes), TypeError);
  }
});

test("a file that is cut off is refused", async () => {
  for (const bytes of [idx([2, 28, 28], image), idx([10], image.subarray(0, 9)), npy("|u1", "2, 28, 28", image)]) {
    await assert.rejects(read(bytes), TypeError);
  }
});

test("labels go to the images that there are as many of", () => {
  const images = { images: new Uint8Array(2 * AREA), labels: null };
  const labels = { images: null, labels: [7, 2] };
  const others = { images: null, labels: [1, 2, 3] };
  assert.deepEqual(paired([others, labels, images]), [{ ...images, labels: [7, 2] }, others]);
});
