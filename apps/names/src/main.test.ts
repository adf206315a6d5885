import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { expect, test } from "vitest";
import { findModelFolder } from "./model-folder.ts";

const isHere = findModelFolder() !== null;

const main = join(import.meta.dirname, "main.ts");
const run = (...argv: string[]): Ran => runMain(main, argv);

test.skipIf(!isHere)("a name comes out in Latin letters with a heat map, and as a picture", () => {
  const folder = mkdtempSync(join(tmpdir(), "fovea-names-"));
  const picture = join(folder, "martin.svg");
  const { status, stdout } = run("مارتن", "--attention", picture);
  expect(status).toBe(0);
  expect(stdout).toMatch(/مارتن.* → martin\n\n.*m a r t i n\n/);
  expect(stdout).toMatch(/ت [ ░▒▓█]+\n/);
  expect(stdout).not.toContain("\u001B");
  expect(readFileSync(picture, "utf8")).toMatch(/^<svg[^]*<title>مارتن → martin/);
  rmSync(folder, { recursive: true });
});

test.skipIf(!isHere)("a letter it does not know ends it with one sentence", () => {
  const { status, stdout, stderr } = run("x");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^“x” in “x” is no letter this model knows\. It reads: .*\n$/);
});

test.skipIf(!isHere)("other names are written after one that it cannot read", () => {
  const { status, stdout, stderr } = run("x", "مارتن", "--json");
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([{ arabic: "مارتن", latin: "martin" }]);
  expect(stderr).toMatch(/^“x” in “x” is no letter this model knows/);
});

test("a folder without the model is named", () => {
  const { status, stderr } = run("--model", "/nowhere");
  expect(status).toBe(1);
  expect(stderr).toContain("model.bin cannot be read: there is no such file or folder. Check the folder of --model.");
});

test.skipIf(!isHere)("names come from a pipe, a line each, with the marks that a right-to-left keyboard leaves", () => {
  const { status, stdout } = runMain(main, ["--no-map"], { input: "\u200Fمارتن\u200F\r\n آتزمون \n" });
  expect(status).toBe(0);
  expect(stdout.replaceAll("\u200E", "")).toBe("مارتن → martin\nآتزمون → atzmon\n");
});

test.skipIf(!isHere)("two words are two names", () => {
  expect(run("مارتن آتزمون", "--no-map").stdout).toMatch(/martin\n.*atzmon\n$/);
});

test.each([
  [["--attention", "x.png", "مارتن"], "Expected a file whose name ends in .svg."],
  [["--beams", "0"], "Expected a whole count from 1 to 64."],
])("%j is refused", (argv, message) => {
  const { status, stdout, stderr } = run(...argv);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(message);
});

test.skipIf(!isHere)("a name cannot act on the terminal", () => {
  expect(run("\u001B[31m").stderr).toMatch(/^“\\x1b” in “\\x1b\[31m” is no letter this model knows/);
});

test("without the model it says how to get it", () => {
  const { status, stderr } = runMain(main, [], { env: { FOVEA_DATA: tmpdir() } });
  expect(status).toBe(0);
  expect(stderr).toBe(
    `The names model is not on this machine: expected ${join(tmpdir(), "ct2-aren-transliteration")}. Run "npm run fetch -- ct2-aren-transliteration", or name its folder with --model.\n`,
  );
});
