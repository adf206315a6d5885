import { join } from "node:path";
import { findData, missingData, readWhole } from "@fovea/command-line";

const name = "ct2-aren-transliteration";
/** The model has 742 kB, the longest list of names 269. */
const mostBytes = 2 ** 26;

/** The folder with `model.bin` and its vocabularies, or null where they have not been fetched. */
export function findModelFolder(given?: string): string | null {
  return given ?? findData(name, "model.bin");
}

export const missingModel: () => string = () => missingData(name, "The names model", "--model");

/** @throws {UserError} naming the file that cannot be read */
export function readModelFile(folder: string, file: string): Promise<Uint8Array> {
  return readWhole(join(folder, file), { mostBytes, remedy: "Check the folder of --model." });
}
