import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findModelFolder } from "./model-folder.ts";

const isHere = findModelFolder() !== null;

function run(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "fovea-names-compiled") };
  return spawnSync(process.execPath, [join(import.meta.dirname, "main.ts"), ...argv], { encoding: "utf8", env });
}

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
  expect(stderr).toContain("model.bin cannot be read (ENOENT)");
});
