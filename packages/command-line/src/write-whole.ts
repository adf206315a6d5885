import { randomBytes } from "node:crypto";
import { access, constants, lstat, mkdir, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { reasonOf } from "./reason-of.ts";
import { UserError } from "./user-error.ts";

/** Writes all or nothing: into a new file beside it first, of a name that nobody can foresee and that must be new, so that no link is followed; it then
 *  takes the old one's place. Folders that lack are made.
 *  @throws {UserError} when the disk does not let it, or what has the name is a folder, a pipe or a device */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomBytes(8).toString("hex")}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const before = await lstat(path).catch(() => null);
    if (before && !before.isFile() && !before.isSymbolicLink()) throw new UserError(`${path} is no file.`);
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw unwritable(path, error);
  }
}

/** Writes what the person asked for where the person said: through a link, a pipe or a device as any program would, else all or nothing.
 *  @throws {UserError} */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  await checkSavable(path);
  const found = await stat(path).catch(() => null);
  if (found && !found.isFile()) {
    await writeFile(path, content).catch((error: unknown) => {
      throw unwritable(path, error);
    });
  } else await writeWhole(found ? await realpath(path) : path, content);
}

/** @throws {UserError} when nothing can be written there: better known before an hour of work than after it */
export async function checkSavable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) throw new UserError(`${path} is a folder. Name a file in it.`);
  await access(found && !found.isFile() ? path : dirname(path), constants.W_OK).catch((error: unknown) => {
    throw unwritable(path, error);
  });
}

function unwritable(path: string, error: unknown): UserError {
  const reason = error instanceof UserError ? "it is no file" : reasonOf(error);
  return new UserError(`${path} cannot be written: ${reason}. Choose another place, or check its permissions.`, {
    cause: error,
  });
}
