import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunMainOptions {
  /** What standard input holds; default nothing, as from /dev/null. */
  readonly input?: string | Uint8Array;
  /** Folder that the person calls from. */
  readonly calledFrom?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs an app as a process, as a person would, and waits for its end.
 *  @param main its `main.ts` */
export function runMain(main: string, argv: readonly string[], options: RunMainOptions = {}): Ran {
  const { input, calledFrom, env = {} } = options;
  const folder = mkdtempSync(join(tmpdir(), "fovea-input-"));
  // a file, as in `app < file`: the pipes that Node makes are sockets
  if (input !== undefined) writeFileSync(join(folder, "input"), input);
  const descriptor = input === undefined ? null : openSync(join(folder, "input"), "r");
  try {
    return spawnSync(process.execPath, [main, ...argv], {
      encoding: "utf8",
      // sharing what Node compiled halves the start of each process
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(tmpdir(), "fovea-compiled"),
        ...(calledFrom !== undefined && { FOVEA_CALLED_FROM: calledFrom }),
        ...env,
      },
      stdio: [descriptor ?? "ignore", "pipe", "pipe"],
    });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
    rmSync(folder, { recursive: true });
  }
}
