import { readWhole } from "@fovea/command-line";
import { decodePicture } from "./decode-picture.ts";
import { grayPicture, type GrayPicture } from "./gray-picture.ts";

/** Larger files are none that a camera makes: 64 MiB. */
const mostBytes = 64 * 2 ** 20;

/** @throws {UserError} when the file cannot be read or is no picture */
export async function readPicture(path: string): Promise<GrayPicture> {
  return grayPicture(decodePicture(path, await readWhole(path, { mostBytes })));
}
