import { readValues } from "@fovea/tensor";
import { argMax, tensor, tidy, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Batch } from "../task.ts";
import { attentionOf } from "./attention-of.ts";
import { grayPng } from "./png.ts";
import { place } from "./place.ts";

const side = 28;
const pixels = side * side;
/** Size of a digit on paper, in pixels. */
const shown = 84;

interface Reading {
  readonly picture: Float32Array;
  readonly label: number;
  readonly read: number;
}

/** `samples.svg` (held-out digits and what the model reads, the mistakes first, in red), `digits.png` (the same digits alone) and `attention.svg`
 *  (where each head of a layer looks, drawn over the digit). */
export function digitPictures(
  net: LayersModel,
  heldOut: readonly Batch[],
  { patchSize, layer }: { readonly patchSize: number; readonly layer: string },
): { readonly "samples.svg": string; readonly "digits.png": Uint8Array; readonly "attention.svg": string } {
  const readings = heldOut.flatMap((batch) => readDigits(net, batch));
  const wrong = readings.filter(({ label, read }) => label !== read).slice(0, 8);
  const right = readings.filter(({ label, read }) => label === read);
  const more = 32 - wrong.length;
  const spread = Array.from({ length: more }, (_, index) => right[Math.floor((index * right.length) / more)]);
  const samples = [...wrong, ...spread].filter((reading) => reading !== undefined);
  const lookedAt = Array.from({ length: 10 }, (_, digit) => right.find(({ label }) => label === digit));
  return {
    "samples.svg": place(inRows(samples.map(drawReading), 8), shown),
    "digits.png": contactSheet(
      samples.map(({ picture }) => picture),
      8,
    ),
    "attention.svg": place(
      lookedAt
        .filter((reading) => reading !== undefined)
        .map((reading) => drawAttention(net, reading, layer, patchSize)),
      shown,
    ),
  };
}

function readDigits(net: LayersModel, { inputs, shape, labels }: Batch): Reading[] {
  const read = tidy(() => argMax(net.apply(tensor(inputs, [...shape])) as Tensor, 1).dataSync());
  return Array.from(labels, (label, index) => ({
    picture: inputs.subarray(index * pixels, (index + 1) * pixels) as Float32Array,
    label,
    read: read[index],
  }));
}

const drawReading = ({ picture, label, read }: Reading): { title: string; svg: string } => ({
  title: label === read ? String(read) : `<tspan fill="#c00">${read}, is ${label}</tspan>`,
  svg: `${open}${image(picture)}</svg>`,
});

/** The digit, and for each head the digit under the patches it looks at: the mean weight of each patch, relative to the largest. */
function drawAttention(
  net: LayersModel,
  { picture, label }: Reading,
  layer: string,
  patchSize: number,
): { title: string; svg: string }[] {
  const inputs = tensor(picture, [1, side, side, 1]);
  const weights = attentionOf(net, layer, inputs);
  inputs.dispose();
  const [, heads, queries, keys] = weights.shape;
  const values = readValues(weights);
  const across = side / patchSize;
  const cell = shown / across;
  return [
    { title: `${label}`, svg: `${open}${image(picture)}</svg>` },
    ...Array.from({ length: heads }, (_, head) => {
      const means = Array.from({ length: keys }, (_, key) => {
        let sum = 0;
        for (let query = 0; query < queries; query++) sum += values[(head * queries + query) * keys + key];
        return sum / queries;
      });
      const most = Math.max(...means);
      const squares = means.map((mean, key) => {
        const [x, y] = [(key % across) * cell, Math.floor(key / across) * cell];
        return `<rect x="${x}" y="${y}" width="${cell}" height="${cell}" fill="#f60" fill-opacity="${((0.75 * mean) / most).toFixed(3)}"><title>${mean.toFixed(3)}</title></rect>`;
      });
      return { title: `head ${head + 1}`, svg: `${open}${image(picture)}${squares.join("")}</svg>` };
    }),
  ];
}

const open = `<svg width="${shown}" height="${shown}">`;

/** Dark ink on white paper. */
const inverted = (picture: Float32Array): Float32Array => picture.map((value) => 1 - value);

function image(picture: Float32Array): string {
  const data = Buffer.from(grayPng(inverted(picture), side, side)).toString("base64");
  return `<image width="${shown}" height="${shown}" href="data:image/png;base64,${data}" style="image-rendering: pixelated"/>`;
}

function contactSheet(pictures: readonly Float32Array[], columns: number): Uint8Array {
  const [width, height] = [columns * side, Math.ceil(pictures.length / columns) * side];
  const sheet = new Float32Array(width * height).fill(1);
  pictures.forEach((picture, index) => {
    const [left, top] = [(index % columns) * side, Math.floor(index / columns) * side];
    inverted(picture).forEach((value, pixel) => {
      sheet[(top + Math.floor(pixel / side)) * width + left + (pixel % side)] = value;
    });
  });
  return grayPng(sheet, width, height);
}

function inRows<T>(items: readonly T[], columns: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / columns) }, (_, row) =>
    items.slice(row * columns, (row + 1) * columns),
  );
}
