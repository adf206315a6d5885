import { toArray } from "@fovea/tensor";
import { PNG } from "pngjs";
import type { Look } from "./spotter.ts";

/** Red, green and blue of the quietest and of the loudest. */
const [quiet, loud] = [
  [244, 246, 250],
  [22, 50, 79],
] as const;
const [lookedAt, unlooked, ground] = [
  [222, 145, 29],
  [236, 238, 242],
  [255, 255, 255],
] as const;
/** Pixels of a frame and of a band in the larger picture, and how tall the shares of attention stand below. */
const [frameWidth, bandHeight, stripHeight, gap] = [6, 4, 80, 8];

/** A pixel for each frame and band, time from left to right and low bands below, darker where it is louder, as PNG. */
export function melPng({ mel }: Look): Buffer {
  const [frames, bands] = mel.shape as [number, number];
  const png = blank(frames, bands);
  drawMel(png, mel, { width: 1, height: 1, top: 0 });
  return PNG.sync.write(png, { colorType: 2 });
}

/** The same larger, with each frame's share of the attention as a column below; one above the other. */
export function attentionPng(looks: readonly Look[]): Buffer {
  const [frames, bands] = looks[0].mel.shape as [number, number];
  const melHeight = bands * bandHeight;
  const tall = melHeight + stripHeight + 2 * gap;
  const png = blank(frames * frameWidth, looks.length * tall - gap);
  for (const [index, { mel, attention }] of looks.entries()) {
    const top = index * tall;
    drawMel(png, mel, { width: frameWidth, height: bandHeight, top });
    const most = Math.max(...attention);
    attention.forEach((share, frame) => {
      const height = Math.round((share / most) * stripHeight);
      const at = { left: frame * frameWidth, width: frameWidth - 1, top: top + melHeight + gap };
      fill(png, { ...at, height: stripHeight }, unlooked);
      fill(png, { ...at, top: at.top + stripHeight - height, height }, lookedAt);
    });
  }
  return PNG.sync.write(png, { colorType: 2 });
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function drawMel(png: PNG, mel: Look["mel"], { width, height, top }: Omit<Box, "left">): void {
  const [frames, bands] = mel.shape as [number, number];
  const values = toArray(mel);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  for (let frame = 0; frame < frames; frame++) {
    for (let band = 0; band < bands; band++) {
      // silence through and through is quiet, not loud
      const level = most > least ? (values[frame * bands + band] - least) / (most - least) : 0;
      const color = quiet.map((from, channel) => from + (loud[channel] - from) * level);
      fill(png, { left: frame * width, top: top + (bands - 1 - band) * height, width, height }, color);
    }
  }
}

function blank(width: number, height: number): PNG {
  const png = new PNG({ width, height });
  fill(png, { left: 0, top: 0, width, height }, ground);
  return png;
}

function fill(png: PNG, { left, top, width, height }: Box, color: readonly number[]): void {
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) png.data.set([...color, 255], 4 * (y * png.width + x));
  }
}
