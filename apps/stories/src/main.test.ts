import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { expect, test } from "vitest";
import { findModelFolder } from "./model-folder.ts";

const isHere = findModelFolder() !== null;

const main = join(import.meta.dirname, "main.ts");
const run = (...argv: string[]): Ran => runMain(main, argv);

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
    stderr: "/nowhere/stories260K.bin cannot be read: there is no such file or folder. Check the folder of --model.\n",
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

test.skipIf(!isHere)("a pipe begins the story", () => {
  const { status, stdout } = runMain(main, ["--steps", "12"], { input: "Once upon a time\n" });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: "Once upon a time, there was a little girl named Lily. She\n",
  });
});

test.skipIf(!isHere)("a prompt cannot act on the terminal", () => {
  const { status, stdout } = run("a\u001B]0;title\u0007 cat", "--steps", "1");
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^a\\x1b\]0;title\\x07 cat/) });
});
