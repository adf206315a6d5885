/** Something the person at the keyboard can put right. `main` prints the message alone and exits with 1. */
export class TrainError extends Error {
  override readonly name: string = "TrainError";
}

/** `ENOENT` and its relatives in words. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file or folder",
    ENOTDIR: "part of the path is a file, not a folder",
    EISDIR: "it is a folder, not a file",
    EEXIST: "it is a file, not a folder",
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
  };
  return reasons[code] ?? (error instanceof Error ? error.message : String(error));
}
