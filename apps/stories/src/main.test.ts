import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findModelFolder } from "./model-folder.ts";

const isHere = findModelFolder() !== null;

function run(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "fovea-stories-compiled") };
  return spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...argv], { encoding: "utf8", env });
}

test.skipIf(!isHere)("the story goes to standard output, its mode and speed to standard error", () => {
  const { status, stdout, stderr } = run("Once upon", "a time", "--steps", "12", "--mode", "sinks");
  expect(status).toBe(0);
  expect(stdout).toBe("Once upon a time, there was a little girl named Lily. She\n");
  expect(stderr).toMatch(
    /^sinks: each token sees the first 4 tokens and the last 32\n12 tokens, [\d,]+ tokens\/s \(\w+\), \d+ MB\n$/,
  );
});

test.skipIf(!isHere)("a page for a prompt is too long, and said to be so at once", () => {
  const started = performance.now();
  // merged pair by pair, this would take minutes
  const { status, stderr } = run("once upon a time there was a little girl ".repeat(2000));
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "The prompt has at least 11715 tokens, the model reads at most 256. Shorten it.\n",
  });
  expect(performance.now() - started).toBeLessThan(20_000);
});

test("a folder without the model is named", () => {
  const { status, stderr } = run("--model", "/nowhere");
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: "The file /nowhere/stories260K.bin cannot be read (ENOENT). Check the folder of --model.\n",
  });
});

test.each([
  ["--mode", "stare"],
  ["--steps", "0"],
  ["--temperature", "warm"],
])("%s %s is refused", (...argv) => {
  const { status, stderr } = run(...argv);
  expect(status).toBe(1);
  expect(stderr).toContain(argv[0]);
});
