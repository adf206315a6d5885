import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
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
  /** For this test alone. */
  readonly folder: string;
  /** Runs the app as a process in the folder, as a person would.
   *  @param interruptAt sends Ctrl-C as soon as stderr says this */
  run(argv: readonly string[], interruptAt?: string): Promise<Run>;
}

/** A test that gets the app to run. */
export const appTest = test.extend<{ app: App }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the names of the fixtures from the pattern
  app: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "fovea-train-"));
    await use({ folder, run: (argv, interruptAt) => run(folder, argv, interruptAt) });
    await rm(folder, { recursive: true });
  },
});

function run(folder: string, argv: readonly string[], interruptAt?: string): Promise<Run> {
  const child = spawn(process.execPath, [main, ...argv], {
    env: {
      ...process.env,
      // sharing what Node compiled halves the start of each process
      NODE_COMPILE_CACHE: join(tmpdir(), "fovea-train-compiled"),
      FOVEA_CALLED_FROM: folder,
    },
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
