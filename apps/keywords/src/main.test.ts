import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { tone, wavBytes } from "@fovea/sound/testing";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findModelFolder, findRecordings } from "./data-folder.ts";
import { recording } from "./testing/recording.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-keywords-main-"));
const isThere = findModelFolder() !== null && findRecordings().length === 3;
const main = join(import.meta.dirname, "main.ts");
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the app as a person in the folder would. */
const run = (...argv: string[]): Ran => runMain(main, argv, { calledFrom: folder });

test("--help names the words and the options", () => {
  const { status, stdout } = run("--help");
  expect(status).toBe(0);
  expect(stdout).toContain("Hears yes, no, up, down, left, right, on, off, stop and go");
  expect(stdout).toContain("--attention <file>");
});

describe.skipIf(!isThere)("with the model and its recordings (without: skipped)", () => {
  beforeAll(async () => {
    const [yes, no] = [await recording("yes"), await recording("no")];
    const talk = new Float32Array(48_000);
    talk.set(yes);
    talk.set(no, 32_000);
    writeFileSync(join(folder, "talk.wav"), wavBytes(talk));
    writeFileSync(join(folder, "short.wav"), wavBytes(yes.subarray(6400, 13_600)));
    writeFileSync(join(folder, "tone.wav"), wavBytes(tone(440, 1)));
  });

  test("without arguments it hears the three recordings", () => {
    const { status, stdout, stderr } = run();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^yes_1000ms\.wav: yes 90\.9 %\n {2}yes +█+▉ +90\.9 %\n/);
    expect(stdout).toMatch(/\nno_1000ms\.wav: no 91\.1 %\n[^]*\nsilence_1000ms\.wav: silence 90\.8 %\n/);
    expect(stdout).not.toContain("\u001B");
  });

  test("a longer sound gives its words with their times, a shorter one is filled with silence", () => {
    const { status, stdout } = run("talk.wav", "short.wav");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^talk\.wav: 2 words in 3\.0 s\n {2}\[00:00\.00 - 00:01\.50\] yes .*\n {2}\[00:0[12]\.[05]0 - 00:03\.00\] no /,
    );
    expect(stdout).toMatch(/\nshort\.wav: yes 9\d\.\d %\n/);
  });

  test("--threshold asks for more", () => {
    expect(run("talk.wav", "--threshold", "0.99").stdout).toBe("talk.wav: no word that the model knows in 3.0 s\n\n");
  });

  test("--json has words, probabilities and the shares of the frames", () => {
    const { stdout, stderr } = run("talk.wav", "--json", "--backend", "reference");
    expect(stderr).toBe("");
    const [{ file, seconds, words, second }] = JSON.parse(stdout);
    expect({ file, seconds, words: words.map(({ word }: { word: string }) => word) }).toEqual({
      file: "talk.wav",
      seconds: 3,
      words: ["yes", "no"],
    });
    expect(second.probabilities[second.label]).toBeGreaterThan(0.9);
    expect([Object.keys(second.probabilities).length, second.attention.length]).toEqual([12, 98]);
  });

  test("looks are drawn as SVG and as PNG", () => {
    const svg = run("talk.wav", "tone.wav", "--attention", "looks.svg");
    expect(svg.stderr).toMatch(/^Drew .*looks\.svg\n$/);
    expect(readFileSync(join(folder, "looks.svg"), "utf8")).toMatch(
      /^<svg [^]*<title>talk\.wav: (yes|no), [^]*<image [^]*<\/svg>\n$/,
    );
    expect(run("talk.wav", "tone.wav", "--attention", "looks.png").status).toBe(0);
    const { width, height } = PNG.sync.read(readFileSync(join(folder, "looks.png")));
    expect([width, height]).toEqual([588, 824]);
  });

  test("bad files are named one by one, and the others have their turn", () => {
    writeFileSync(join(folder, "notes.wav"), "no sound");
    writeFileSync(join(folder, "empty.wav"), wavBytes(new Float32Array(0)));
    const { status, stdout, stderr } = run("missing.wav", "notes.wav", ".", "empty.wav", "tone.wav");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^tone\.wav: /);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/missing\.wav cannot be read: there is no such file or folder/),
      expect.stringMatching(/notes\.wav is no WAV file/),
      expect.stringMatching(/is a folder/),
      "empty.wav holds no sound: expected at least one sample.",
    ]);
  });

  test("damaged weights and labels end it with one sentence", () => {
    const whole = readFileSync(join(findModelFolder()!, "kwt1.tflite"));
    const damaged = join(folder, "damaged");
    mkdirSync(damaged);
    const check = (bytes: Uint8Array, message: string): void => {
      writeFileSync(join(damaged, "kwt1.tflite"), bytes);
      const { status, stdout, stderr } = run("tone.wav", "--weights", "damaged");
      expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
      expect(stderr).toContain(message);
      expect(stderr.trimEnd().split("\n").length).toBe(1);
    };
    check(whole.subarray(0, 1_000_000), "The weights cannot be used.");
    const renamed = Buffer.from(whole);
    renamed.write("pos_emc", renamed.indexOf("pos_emb"));
    check(
      renamed,
      "is another model's: of the weights that this one needs, 1 are missing or of another shape, beginning with pos_emb.",
    );
    check(whole, "labels.txt cannot be read: there is no such file or folder");
    writeFileSync(join(damaged, "labels.txt"), "yes\nno\n");
    check(whole, "labels.txt is another model's: expected 12 labels, one a line, got 2.");
  });
});

test("without the weights it says how to get them, and that is no failure", () => {
  const { status, stdout, stderr } = runMain(main, [], { env: { FOVEA_DATA: folder } });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  expect(stderr).toBe(
    `The model KWT-1 is not on this machine: expected ${join(folder, "kwt1")}. Run "npm run fetch -- kwt1", or name its folder with --weights.\n`,
  );
});

test.each([
  [["--weights", "/nowhere"], isThere ? "The weights cannot be used." : "Nothing to hear"],
  [["--attention", "looks.gif"], "Expected a file whose name ends in .svg or .png."],
  [["--threshold", "2"], "Expected a number from 0 to 1."],
  [["--backend", "paper"], "Allowed choices are wasm, reference."],
  [["--weights", ".", "a.wav", "--attention", "no/where.svg"], "cannot be written: there is no such file or folder"],
])("%j ends with one sentence", (argv, message) => {
  const { status, stderr } = run(...argv);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});
