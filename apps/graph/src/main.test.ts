import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { expect, test } from "vitest";
import { findDataFolder } from "./data-folder.ts";

const isHere = findDataFolder() !== null;

const main = join(import.meta.dirname, "main.ts");
const run = (...argv: string[]): Ran => runMain(main, argv);

test.skipIf(!isHere)("the paper's accuracy, a line per field, and what was visited", () => {
  const { status, stdout, stderr } = run();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^Test accuracy 84\.4 % of 1000 papers; validation 81\.8 %, training 98\.6 %\.\n/);
  expect(stdout).toMatch(/\ngenetic algorithms +144 +94\.4 % +89\.5 %\n/);
  expect(stdout).toMatch(
    /\nVisited 13,264 of 7,333,264 pairs \(0\.18 %\), in [\d,]+ runs; both layers in \d+ ms \(wasm\)\.\n$/,
  );
  expect(stdout).not.toContain("\u001B");
});

test.skipIf(!isHere)("one paper: its neighbours with every head's weights, as a table, a picture and JSON", () => {
  const folder = mkdtempSync(join(tmpdir(), "fovea-graph-"));
  const picture = join(folder, "paper.svg");
  const { status, stdout, stderr } = run("--node", "610", "--attention", picture, "--backend", "reference");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^Paper 610 \(for validation\) was read as case-based, rightly; sure by 34 %\.\n/);
  expect(stdout).toMatch(/\n +826 +case-based( +1\d\.\d){10}\n/);
  expect(stdout).toMatch(/ itself\n/);
  expect(stderr).toBe(`Drew ${picture}\n`);
  const svg = readFileSync(picture, "utf8");
  expect(svg).toMatch(/^<svg[^]*<title>Paper 610, case-based: read as case-based[^]*<\/svg>\n$/);
  expect(svg).not.toMatch(/NaN|undefined/);
  rmSync(folder, { recursive: true });
});

test.skipIf(!isHere)("a picture that cannot be written ends it with one sentence, before training", () => {
  const { status, stdout, stderr } = run("--train", "--attention", "/nowhere/paper.svg");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/^\/nowhere\/paper\.svg cannot be written: there is no such file or folder\. .*\n$/);
});

test.skipIf(!isHere)("training says how it went, and what it led to comes as JSON", () => {
  const { status, stdout, stderr } = run("--train", "--epochs", "2", "--seed", "3", "--node", "610", "--json");
  expect(status).toBe(0);
  expect(stderr).toMatch(/^Trained for 2 epochs in \d+ s, best at \d: validation loss \d\.\d+\.\n$/);
  const { accuracy, fields, paper } = JSON.parse(stdout);
  expect(accuracy.test).toBeGreaterThan(0.1);
  expect(fields).toHaveLength(7);
  expect(paper.looks.map((look: { paper: number }) => look.paper)).toEqual(
    expect.arrayContaining([109, 114, 234, 610, 826, 2287, 2288, 2481]),
  );
  const total = paper.looks.reduce((sum: number, look: { output: number }) => sum + look.output, 0);
  expect(total).toBeCloseTo(1, 6);
});

test("a folder without the data is named", () => {
  const { status, stdout, stderr } = run("--data", "/nowhere");
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toBe(
    "/nowhere/ind.cora.graph cannot be read: there is no such file or folder. Check the folder of --data.\n",
  );
});

test.each([
  [["--epochs", "0"], "Expected a whole number from 1 to 1000"],
  [["--attention", "paper.png"], "Expected a file whose name ends in .svg"],
  [["paper"], "too many arguments"],
  [["--blocks", "--json"], "cannot be used with option '--json'"],
])("%j is refused", (argv, message) => {
  const { status, stderr } = run(...argv);
  expect(status).toBe(1);
  expect(stderr).toMatch(new RegExp(message));
});
