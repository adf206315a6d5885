import { readFile, stat } from "node:fs/promises";
import { decodePicture } from "./decode-picture.ts";
import { grayPicture, type GrayPicture } from "./gray-picture.ts";
import { PicturesError } from "./pictures-error.ts";

/** Larger files are none that a camera makes, in bytes. */
const largestFile = 64 * 2 ** 20;

/** @throws {PicturesError} when the file cannot be read or is no picture */
export async function readPicture(path: string): Promise<GrayPicture> {
  return grayPicture(decodePicture(path, await readBytes(path)));
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await stat(path);
    // a pipe or a device may never end
    if (!file.isFile()) throw new PicturesError(`${path} is no file: expected a PNG or JPEG file.`);
    if (file.size <= largestFile) return await readFile(path);
    throw new PicturesError(
      `${path} has ${Math.ceil(file.size / 2 ** 20)} MiB, expected at most 64. Make the picture smaller.`,
    );
  } catch (error) {
    if (error instanceof PicturesError) throw error;
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new PicturesError(`${path} cannot be read (${reason}).`);
  }
}
