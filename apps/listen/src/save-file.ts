import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { ListenError } from "./listen-error.ts";

/** @throws {ListenError} when nothing can be written there: better known before an hour of listening than after it */
export async function checkSavable(path: string): Promise<void> {
  await access(dirname(path), constants.W_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

/** @throws {ListenError} */
export async function saveFile(path: string, content: string): Promise<void> {
  await writeFile(path, content).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

function unwritable(path: string, error: unknown): ListenError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new ListenError(`${path} cannot be written (${reason}). Check the folder and its permissions.`);
}
