import { join } from "node:path";
import { findData, missingData, readWhole } from "@fovea/command-line";

const name = "gat-cora";
/** The largest of Cora's files has 1.1 MB. */
const mostBytes = 2 ** 26;

/** The folder with `ind.cora.*` and `mod_cora.ckpt.*`, or null where they have not been fetched. */
export function findDataFolder(given?: string): string | null {
  return given ?? findData(name, "ind.cora.graph");
}

export const missingGraph: () => string = () => missingData(name, "The Cora graph", "--data");

/** @throws {UserError} naming the file that cannot be read */
export function readDataFile(folder: string, file: string): Promise<Uint8Array> {
  return readWhole(join(folder, file), { mostBytes, remedy: "Check the folder of --data." });
}
