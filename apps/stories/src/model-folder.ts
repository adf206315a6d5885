import { join } from "node:path";
import { findData, missingData, readWhole } from "@fovea/command-line";

const name = "stories260k";
/** The largest of tinyllamas has 440 MB. */
const mostBytes = 2 ** 30;

export const modelFile = "stories260K.bin";
export const tokenizerFile = "tok512.bin";

/** The folder with the model and its tokenizer, or null where they have not been fetched. */
export function findModelFolder(given?: string): string | null {
  return given ?? findData(name, modelFile);
}

export const missingModel: () => string = () => missingData(name, "The story model", "--model");

/** @throws {UserError} naming the file that cannot be read */
export function readModelFile(folder: string, file: string): Promise<Uint8Array> {
  return readWhole(join(folder, file), { mostBytes, remedy: "Check the folder of --model." });
}
