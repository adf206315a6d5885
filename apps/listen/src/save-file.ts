import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ListenError } from "./listen-error.ts";

/** @throws {ListenError} when nothing can be written there: better known before an hour of listening than after it */
export async function checkSavable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new ListenError(`${path} is a folder. Name a file in it.`);
  await access(found ? path : dirname(path), constants.W_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

/** @throws {ListenError} */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(path, content).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

function unwritable(path: string, error: unknown): ListenError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new ListenError(`${path} cannot be written (${reason}). Check the folder and its permissions.`);
}
