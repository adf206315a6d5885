import { inflateSync } from "node:zlib";
import { decode as decodeJpeg } from "jpeg-js";
import { PNG } from "pngjs";
import type { ColorPicture } from "./gray-picture.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { upright } from "./upright.ts";
import { UserError } from "@fovea/command-line";

/** More would take gigabytes while they are decoded. */
const mostPixels = 25e6;

/** The pixels of a PNG (any color type and depth, interlaced or not) or a JPEG file (baseline or progressive, turned as its EXIF data say).
 *  @param name what errors call it
 *  @throws {UserError} when the bytes are something else, damaged, or more pixels than 25 million */
export function decodePicture(name: string, bytes: Uint8Array): ColorPicture {
  if (bytes.length === 0) throw new UserError(`${name} is empty: expected a PNG or JPEG file.`);
  const isPng = startsWith(bytes, [0x89, 0x50, 0x4e, 0x47]);
  if (!isPng && !startsWith(bytes, [0xff, 0xd8, 0xff])) {
    throw new UserError(`${name} is neither PNG nor JPEG: its bytes begin with ${beginning(bytes)}. Convert it first.`);
  }
  try {
    const { width, height, data } = isPng ? pngOf(name, Buffer.from(bytes)) : jpegOf(name, bytes);
    return { width, height, data };
  } catch (error) {
    if (error instanceof UserError) throw error;
    // the decoders throw errors of every kind; what they say is for programmers
    throw new UserError(`${name} is damaged: it begins like a ${isPng ? "PNG" : "JPEG"} file, but cannot be decoded.`);
  }
}

function pngOf(name: string, bytes: Buffer): ColorPicture {
  // the first chunk is the header: length, "IHDR", width, height, depth, color type, …, interlaced
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  checkSize(name, width, height);
  const [depth, colorType, interlaced] = [bytes[24], bytes[25], bytes[28]];
  const rowBytes = Math.ceil((width * depth * channels[colorType]) / 8);
  // deflate makes nothing more than 1032 times smaller: a header that promises more is damaged
  if (height * rowBytes > 1032 * bytes.length) throw new RangeError("less data than the header promises");
  // the library inflates no more than the picture takes, but not so where it is interlaced: seven pictures, each row a byte longer
  const mostBytes = height * (rowBytes + 1) + 16 * (width + height);
  if (interlaced === 1) inflateSync(pngData(bytes), { maxOutputLength: mostBytes });
  return PNG.sync.read(endedAt(bytes));
}

/** Numbers per pixel, by color type: gray, …, red green blue, palette, gray alpha, …, red green blue alpha. */
const channels = [1, 0, 3, 1, 2, 0, 4];

/** The compressed pixels: the IDAT chunks, joined. */
function pngData(bytes: Buffer): Buffer {
  const parts = Array.from(chunksOf(bytes)).filter(({ type }) => type === "IDAT");
  return Buffer.concat(parts.map(({ data }) => data));
}

/** The file up to its end chunk: cameras, hiders and careless servers put other things behind it. */
function endedAt(bytes: Buffer): Buffer {
  for (const { type, end } of chunksOf(bytes)) if (type === "IEND") return bytes.subarray(0, end);
  return bytes;
}

/** The chunks of a PNG file: length, type, data, checksum. */
function* chunksOf(bytes: Buffer): Generator<{ readonly type: string; readonly data: Buffer; readonly end: number }> {
  for (let start = 8; start + 12 <= bytes.length;) {
    const end = start + 12 + bytes.readUInt32BE(start);
    yield { type: bytes.toString("latin1", start + 4, start + 8), data: bytes.subarray(start + 8, end - 4), end };
    start = end;
  }
}

function jpegOf(name: string, bytes: Uint8Array): ColorPicture {
  const { width, height, isRgb, orientation } = readJpegHeader(bytes);
  checkSize(name, width, height);
  // a block of 8 × 8 takes one bit at the very least, and the lightness may be kept at a quarter of the size
  if (width * height > 2048 * bytes.length) throw new RangeError("less data than the header promises");
  const options = { useTArray: true, tolerantDecoding: false, maxMemoryUsageInMB: 1024 } as const;
  return upright(decodeJpeg(bytes, isRgb ? { ...options, colorTransform: false } : options), orientation);
}

function checkSize(name: string, width: number, height: number): void {
  const size = `${width} × ${height}`;
  if (width * height === 0) throw new UserError(`${name} says it is ${size}: there is nothing in it.`);
  if (width * height <= mostPixels) return;
  throw new UserError(
    `${name} says it is ${size}, expected at most ${mostPixels / 1e6} million pixels. Make the picture smaller.`,
  );
}

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  start.every((byte, index) => bytes[index] === byte);

const beginning = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
