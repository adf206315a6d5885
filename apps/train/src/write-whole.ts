import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TrainError, reasonOf } from "./train-error.ts";

/** Writes all or nothing: into a new file first, which then takes the old one's place.
 *  @throws {TrainError} when the disk does not let it */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new TrainError(`${path} cannot be written: ${reasonOf(error)}. Choose another folder with --out.`);
  }
}
