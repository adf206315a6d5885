import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { GraphError } from "./graph-error.ts";

/** Where graph and weights lie beside a checkout of the project. */
const beside = resolve(import.meta.dirname, "../../../../shared/data/gat-cora");

/** The largest of Cora's files has 1.1 MB. */
const mostBytes = 2 ** 26;

/** The folder with `ind.cora.*` and `mod_cora.ckpt.*`, or null where they have not come with the project. */
export function findDataFolder(given?: string): string | null {
  if (given !== undefined) return given;
  return existsSync(join(beside, "ind.cora.graph")) ? beside : null;
}

export const missingData = `The Cora graph is not on this machine: expected ${beside}. Its files are those of PetarV-/GAT (data/ind.cora.* and pre_trained/cora/mod_cora.ckpt.*): put them there, or name their folder with --data.`;

/** @throws {GraphError} naming the file that cannot be read */
export async function readDataFile(folder: string, name: string): Promise<Uint8Array> {
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size > mostBytes) {
      throw new GraphError(`The file ${path} has ${size} bytes, expected at most ${mostBytes}: it is none of Cora's.`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof GraphError) throw error;
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new GraphError(`The file ${path} cannot be read (${reason}). Check the folder of --data.`);
  }
}
