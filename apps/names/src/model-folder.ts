import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { NamesError } from "./names-error.ts";

/** Where the model lies beside a checkout of the project. */
const beside = resolve(import.meta.dirname, "../../../../shared/data/ct2-aren-transliteration");

/** The folder with `model.bin` and its vocabularies, or null where the model has not come with the project. */
export function findModelFolder(given?: string): string | null {
  if (given !== undefined) return given;
  return existsSync(join(beside, "model.bin")) ? beside : null;
}

export const missingModel = `The names model is not on this machine: expected ${beside}. It is CTranslate2's Arabic to English transliteration test model (OpenNMT/CTranslate2, tests/data/models/v2/aren-transliteration): put its files there, or name their folder with --model.`;

/** @throws {NamesError} naming the file that cannot be read */
export async function readModelFile(folder: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(join(folder, name));
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new NamesError(`The file ${join(folder, name)} cannot be read (${reason}). Check the folder of --model.`);
  }
}
