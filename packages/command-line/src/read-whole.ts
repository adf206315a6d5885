import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { reasonOf } from "./reason-of.ts";
import { UserError } from "./user-error.ts";

export interface ReadOptions {
  /** More is none of the files that are meant. */
  readonly mostBytes: number;
  /** What to do about a file that cannot be read, a sentence; default nothing. */
  readonly remedy?: string;
  /** Whether a symbolic link is refused, as where the app made up the name; default it is followed, as where the person did. */
  readonly refuseLink?: boolean;
}

/** The bytes of a file, and of nothing else: pipes and devices, which may never answer or never end, are refused unread.
 *  @throws {UserError} naming the file and the reason; its cause is what the file system said */
export async function readWhole(
  path: string,
  { mostBytes, remedy, refuseLink = false }: ReadOptions,
): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown): UserError =>
    new UserError(`${path} cannot be read: ${why}.${remedy === undefined ? "" : ` ${remedy}`}`, { cause });
  // opening a pipe would wait for its writer; Windows has neither of these
  const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
  const flags = constants.O_RDONLY | O_NONBLOCK | (refuseLink ? O_NOFOLLOW : 0);
  const file = await open(path, flags).catch((error: unknown) => {
    throw refuse(reasonOf(error), error);
  });
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw refuse("it is a folder, not a file");
    if (!found.isFile()) throw refuse("it is a pipe or a device, not a file");
    if (found.size > mostBytes) throw refuse(`it has ${found.size} bytes, expected at most ${mostBytes}`);
    return await file.readFile();
  } catch (error) {
    throw error instanceof UserError ? error : refuse(reasonOf(error), error);
  } finally {
    await file.close();
  }
}

/** The text of a file.
 *  @throws {UserError} also when it is not text in UTF-8 */
export async function readText(path: string, options: ReadOptions): Promise<string> {
  return textOf(path, await readWhole(path, options));
}

/** @param who what the bytes are, for the error
 *  @throws {UserError} when they are not text in UTF-8 */
export function textOf(who: string, bytes: Uint8Array): string {
  try {
    if (bytes.includes(0)) throw new TypeError("a zero byte");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${who} is not text in UTF-8. Save or send it as UTF-8, or leave it out.`);
  }
}
