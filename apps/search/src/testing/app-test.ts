import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "vitest";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface App {
  /** For this test alone; the cache is in its `cache`. */
  readonly folder: string;
  /** Arguments that search `notes.md` in the folder: three paragraphs under two headings. */
  readonly notes: readonly string[];
  /** Runs the app as a process, as a person would.
   *  @param interruptAt sends Ctrl-C as soon as stderr says this
   *  @param line of the shell that runs it as `"$@"` in the folder, for pipes; by default standard input is /dev/null */
  run(
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
    interruptAt?: string,
    line?: string,
  ): Promise<Run>;
}

/** A test that gets the app to run. Tests of one file run at the same time, since each mostly waits for its processes. */
export const appTest = test.extend<{ app: App }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures from the pattern
  app: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "fovea-search-"));
    const path = join(folder, "notes.md");
    await writeFile(
      path,
      "# Animals\n\nCats sleep most of the day.\n\nFish live in water.\n\n# Money\n\nBanks lend money.\n",
    );
    await use({
      folder,
      notes: ["--corpus", path],
      run: (argv, env = {}, interruptAt, line) => {
        const command = [process.execPath, main, "--cache", join(folder, "cache"), ...argv];
        return run(line === undefined ? command : ["sh", "-c", line, "sh", ...command], folder, env, interruptAt);
      },
    });
    await rm(folder, { recursive: true });
  },
});

function run(
  [command, ...argv]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  interruptAt?: string,
): Promise<Run> {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, FOVEA_CALLED_FROM: ____, ...inherited } = process.env;
  const child = spawn(command, argv, {
    cwd,
    // sharing what Node compiled halves the start of each process
    env: { ...inherited, NODE_COMPILE_CACHE: join(tmpdir(), "fovea-search-compiled"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => {
    stderr += data;
    if (interruptAt !== undefined && stderr.includes(interruptAt) && !child.killed) child.kill("SIGINT");
  });
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}
