import { join } from "node:path";
import { dataFolder, showProgress, UserError, writeWhole } from "@fovea/command-line";
import type { DataFile, DataSet } from "./data-sets.ts";
import { fetchFile, isThere } from "./fetch-file.ts";

/** Fetches what a set lacks.
 *  @returns its folder, or null when the signal ended it
 *  @throws {UserError} naming the file that cannot be had */
export async function fetchSet(name: string, set: DataSet, signal: AbortSignal): Promise<string | null> {
  const folder = join(dataFolder(), name);
  const total = bytesOf(set);
  const progress = showProgress({
    total,
    label: name,
    describe: (bytes) => `${megabytes(bytes)} of ${megabytes(total)}`,
  });
  try {
    let before = 0;
    for (const file of set.files) {
      const path = join(folder, file.name);
      if (file.address === null && !(await isThere(path, file))) throw new UserError(byHand(path, file, set));
      const onProgress = (bytes: number): void => progress.update(before + bytes);
      if (!(await fetchFile(path, file, { signal, onProgress }))) return null;
      before += file.bytes;
      progress.update(before);
    }
    for (const [file, text] of Object.entries(set.texts ?? {})) await writeWhole(join(folder, file), text);
    return folder;
  } finally {
    progress.stop();
  }
}

const byHand = (path: string, { bytes, sha256 }: DataFile, set: DataSet): string =>
  `${path} cannot be fetched. ${set.byHand ?? ""} (${bytes} bytes, SHA-256 ${sha256})`;

export const bytesOf = ({ files }: DataSet): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e5 ? 3 : 1)} MB`;
