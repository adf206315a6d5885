import { open } from "node:fs/promises";
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
    await using file = await open(path);
    const { size } = await file.stat();
    if (size <= largestFile) return await file.readFile();
    throw new PicturesError(
      `${path} has ${Math.ceil(size / 2 ** 20)} MiB, expected at most 64. Make the picture smaller.`,
    );
  } catch (error) {
    if (error instanceof PicturesError) throw error;
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new PicturesError(`${path} cannot be read (${reason}).`);
  }
}
