import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readIdx } from "./read-idx.ts";

let folder = "";
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "fovea-idx-"))));
afterAll(() => rm(folder, { recursive: true }));

/** Two pictures, one gray and one white, and their labels. */
const images = Buffer.from([
  0,
  0,
  8,
  3,
  0,
  0,
  0,
  2,
  0,
  0,
  0,
  28,
  0,
  0,
  0,
  28,
  ...Array(784).fill(51),
  ...Array(784).fill(255),
]);
const labels = Buffer.from([0, 0, 8, 1, 0, 0, 0, 2, 9, 4]);

const write = async (images: Buffer, labels: Buffer): Promise<void> => {
  await writeFile(join(folder, "t10k-images-idx3-ubyte.gz"), gzipSync(images));
  await writeFile(join(folder, "t10k-labels-idx1-ubyte"), labels);
};

test("pictures and labels are read, packed or not", async () => {
  await write(images, labels);
  const { pictures, labels: read } = await readIdx(folder);
  expect([...read]).toEqual([9, 4]);
  expect(pictures.map(({ light }) => [light.length, light[0].toFixed(3), light[783].toFixed(3)])).toEqual([
    [784, "0.200", "0.200"],
    [784, "1.000", "1.000"],
  ]);
});

test.each([
  ["cut short", images.subarray(0, 1000), labels, /images.* is damaged/],
  ["a header of 4 bytes", images.subarray(0, 4), labels, /images.* is damaged/],
  ["labels in place of pictures", labels, labels, /images.* is damaged/],
  ["a count that is not there", Buffer.from(images).fill(255, 4, 8), labels, /images.* is damaged/],
  ["pictures of 14 × 56", Buffer.from(images).fill(14, 11, 12).fill(56, 15, 16), labels, /images.* is damaged/],
  ["one label less", images, Buffer.from([0, 0, 8, 1, 0, 0, 0, 1, 9]), /has 2 pictures and 1 labels/],
])("%s is refused", async (_, images, labels, message) => {
  await write(images, labels);
  await expect(readIdx(folder)).rejects.toThrow(message);
});

test("a folder without them is named", async () => {
  await expect(readIdx("/nowhere")).rejects.toThrow(
    "/nowhere/t10k-images-idx3-ubyte cannot be read: there is no such file or folder",
  );
});
