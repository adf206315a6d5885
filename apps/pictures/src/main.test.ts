import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findModelFolder } from "./model-folder.ts";
import { sampleFolder } from "./open-pictures.ts";
import { writePlainModel } from "./testing/write-plain-model.ts";
import { visionModels } from "./vision-models.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-pictures-main-"));
const boot = join(sampleFolder, "00-ankle-boot.png");
beforeAll(() => writePlainModel(folder));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as a person in the folder would. */
const run = (...argv: string[]): Ran => runMain(join(import.meta.dirname, "main.ts"), argv, { calledFrom: folder });

test.skipIf(findModelFolder(visionModels.fashion) === null)("a boot is an ankle boot, drawn in shades", () => {
  const { status, stdout, stderr } = run(boot);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/00-ankle-boot\.png: Ankle boot 85\.1 %\n\n/);
  expect(stdout).toMatch(/ +[░▒▓█]+ +[ ░▒▓█]+\n/);
  expect(stdout).toContain("  Sneaker     ██▎                        9.2 %\n");
  expect(stdout).not.toContain("\u001B");
});

test("bad files are named one by one, and the others have their turn", () => {
  writeFileSync(join(folder, "notes.png"), "no picture");
  const { status, stdout, stderr } = run("--weights", ".", "--no-picture", "missing.png", "notes.png", boot, ".");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^.*00-ankle-boot\.png: Ankle boot 18\.2 %\n/);
  expect(stderr).toMatch(
    /^\S+missing\.png cannot be read: there is no such file or folder\.\n\S+notes\.png is neither PNG nor JPEG.*\n\S+ cannot be read: it is a folder, not a file\.\n$/,
  );
});

test("looks are drawn as SVG and as PNG", () => {
  const svg = run("--weights", ".", "--no-picture", boot, boot, "--attention", "looks.svg");
  expect(svg.stderr).toMatch(/^Drew .*looks\.svg\n$/);
  const text = readFileSync(join(folder, "looks.svg"), "utf8");
  expect(text).toMatch(/^<svg [^]*<title>.*Ankle boot[^]*<image [^]*least 2\.0 %[^]*<\/svg>\n$/);
  const png = run("--weights", ".", "--no-picture", boot, boot, "--attention", "looks.png");
  expect(png.status).toBe(0);
  const { width, height } = PNG.sync.read(readFileSync(join(folder, "looks.png")));
  expect([width, height]).toEqual([560, 560]);
});

test("--json has the probabilities and the looks, and dark on light is turned over", () => {
  const paper = new PNG({ width: 40, height: 30 });
  paper.data.fill(255);
  paper.data.fill(0, 4 * (15 * 40 + 10), 4 * (15 * 40 + 30));
  for (let pixel = 3; pixel < paper.data.length; pixel += 4) paper.data[pixel] = 255;
  writeFileSync(join(folder, "paper.png"), PNG.sync.write(paper));
  const { stdout, stderr } = run("--weights", ".", "--json", "paper.png", "--backend", "reference");
  expect(stderr).toBe("paper.png: turned over, the model knows light things on dark\n");
  const [{ file, class: name, probabilities, inverted, attention }] = JSON.parse(stdout);
  expect({ file, name, inverted }).toEqual({ file: "paper.png", name: "Ankle boot", inverted: true });
  expect(probabilities["T-shirt"]).toBeCloseTo(1 / 55, 6);
  expect(attention.map((row: number[]) => row.length)).toEqual([7, 7, 7, 7, 7, 7, 7]);
});

test("--evaluate counts what is right, by class", () => {
  const count = [0, 0, 0, 2];
  const pictures = Buffer.from([0, 0, 8, 3, ...count, 0, 0, 0, 28, 0, 0, 0, 28, ...Array(2 * 784).fill(51)]);
  const set = join(folder, "set");
  mkdirSync(set);
  writeFileSync(join(set, "t10k-images-idx3-ubyte"), pictures);
  writeFileSync(join(set, "t10k-labels-idx1-ubyte"), Buffer.from([0, 0, 8, 1, ...count, 9, 4]));
  const { stdout } = run("--weights", ".", "--evaluate", "set");
  expect(stdout).toMatch(/^50\.0 % of 2 right, .*\n  T-shirt +none\n/);
  expect(stdout).toMatch(/\n  Coat +0\.0 %\n[^]*\n  Ankle boot +100\.0 %\n$/);
});

test.each([
  [["--weights", "/nowhere"], "The weights cannot be used."],
  [["--weights", ".", "--evaluate"], "--evaluate needs a folder for fashion"],
  [
    ["--weights", ".", "--evaluate", "."],
    "t10k-images-idx3-ubyte cannot be read: there is no such file or folder. --evaluate expects",
  ],
  [
    ["--weights", ".", "--no-picture", "--attention", "no/where.svg"],
    "no/where.svg cannot be written: there is no such file or folder.",
  ],
  [["--attention", "looks.gif"], "Expected a file whose name ends in .svg or .png."],
  [["--model", "birds"], "Allowed choices are fashion, digits."],
])("%j ends with one sentence", (argv, message) => {
  const { status, stderr } = run(...argv);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});

test.skipIf(process.platform === "win32")("a name cannot act on the terminal, nor a pipe hold it", () => {
  const name = "a\u001B[31m\u202Eboot.png";
  copyFileSync(boot, join(folder, name));
  const { stdout } = run("--weights", ".", "--no-picture", name);
  expect(stdout).toMatch(/^a\\x1b\[31m\\u202eboot\.png: Ankle boot 18\.2 %\n/);
  spawnSync("mkfifo", [join(folder, "pipe.png")]);
  expect(run("--weights", ".", "pipe.png").stderr).toMatch(/pipe\.png cannot be read: it is a pipe or a device/);
});

test.each([40, 32, 80])("on %d columns no line is broken", (columns) => {
  const { stdout } = runMain(join(import.meta.dirname, "main.ts"), ["--weights", folder, boot], {
    env: { COLUMNS: String(columns) },
  });
  expect(
    Math.max(
      ...stdout
        .split("\n")
        .slice(1)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(columns);
});
