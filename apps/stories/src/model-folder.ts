import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { StoryError } from "./story-error.ts";

/** Where the model lies beside a checkout of the project. */
const beside = resolve(import.meta.dirname, "../../../../shared/data/stories260k");

export const modelFile = "stories260K.bin";
export const tokenizerFile = "tok512.bin";

/** The folder with the model and its tokenizer, or null where they have not come with the project. */
export function findModelFolder(given?: string): string | null {
  if (given !== undefined) return given;
  return existsSync(join(beside, modelFile)) ? beside : null;
}

export const missingModel = `The story model is not on this machine: expected ${beside}. It is stories260K of karpathy/tinyllamas (Hugging Face) with its tokenizer tok512.bin: put both there, or name their folder with --model.`;

/** @throws {StoryError} naming the file that cannot be read */
export async function readModelFile(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new StoryError(`The file ${join(folder, name)} cannot be read (${reason}). Check the folder of --model.`);
  }
}
