import { existsSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readWhole, reasonOf, UserError } from "@fovea/command-line";
import { sizeOf } from "@fovea/tensor";
import type { GrayPicture } from "./gray-picture.ts";
import { side } from "./vision-models.ts";

const pixels = side * side;
/** Ten thousand test pictures take 8 MB; a file that holds much more is none of these. */
const largestFile = 64 * 2 ** 20;

/** The test set of Fashion-MNIST or MNIST: `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, with or without `.gz`.
 *  @throws {UserError} when a file is missing or damaged, or they do not fit */
export async function readIdx(folder: string): Promise<{ pictures: GrayPicture[]; labels: Uint8Array }> {
  const images = await readArray(folder, "t10k-images-idx3-ubyte", [side, side]);
  const labels = await readArray(folder, "t10k-labels-idx1-ubyte", []);
  if (images.length !== labels.length * pixels) {
    throw new UserError(
      `${folder} has ${images.length / pixels} pictures and ${labels.length} labels: they must be as many.`,
    );
  }
  const pictures = Array.from(labels, (_, index) => ({
    width: side,
    height: side,
    light: Float32Array.from(images.subarray(index * pixels, (index + 1) * pixels), (value) => value / 255),
  }));
  return { pictures, labels };
}

/** The bytes of an IDX file: 0, 0, 8 for bytes, the number of axes; the length of each, 32 bits; then the elements.
 *  @param inner lengths of all axes but the first */
async function readArray(folder: string, name: string, inner: readonly number[]): Promise<Uint8Array> {
  const packed = existsSync(join(folder, `${name}.gz`));
  const path = join(folder, packed ? `${name}.gz` : name);
  const remedy = "--evaluate expects the folder of Fashion-MNIST's test set.";
  const file = await readWhole(path, { mostBytes: largestFile, remedy });
  const bytes = packed ? unpacked(path, file) : Buffer.from(file);
  const start = 4 + 4 * (1 + inner.length);
  const count = bytes.length < start ? 0 : bytes.readUInt32BE(4);
  const lengths = [count, ...inner];
  const isSound =
    count > 0 &&
    bytes.readUInt32BE(0) === 0x800 + lengths.length &&
    inner.every((length, axis) => bytes.readUInt32BE(8 + 4 * axis) === length) &&
    bytes.length === start + sizeOf(lengths);
  if (!isSound) throw new UserError(`${path} is damaged, or no IDX file of ${["count", ...inner].join(" × ")} bytes.`);
  return bytes.subarray(start);
}

function unpacked(path: string, file: Uint8Array): Buffer {
  try {
    return gunzipSync(file, { maxOutputLength: largestFile });
  } catch (error) {
    throw new UserError(`${path} is damaged: it cannot be unpacked (${reasonOf(error)}).`, { cause: error });
  }
}
