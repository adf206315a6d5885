import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { afterAll, expect, test } from "vitest";
import { sample } from "./arguments.ts";
import { wavBytes } from "@fovea/sound/testing";

const folder = mkdtempSync(join(tmpdir(), "fovea-listen-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (argv: readonly string[], input?: Uint8Array): Ran =>
  runMain(join(import.meta.dirname, "main.ts"), argv, input ? { input } : {});

const said = "Each word looks back at the moment of sound it came from.";

test("without arguments it writes down the sentence that comes along; captions and picture on the way", () => {
  const files = ["a.srt", "a.vtt", "a.svg"].map((name) => join(folder, name));
  const { status, stdout, stderr } = run(["--srt", files[0], "--vtt", files[1], "--attention", files[2]]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${said}\n` });
  expect(stderr).toMatch(/Wrote .*a\.svg\nWrote .*a\.srt\nWrote .*a\.vtt\n3\.5 s of sound in [\d.]+ s \(wasm\)\n$/);
  const [srt, vtt, svg] = files.map((path) => readFileSync(path, "utf8"));
  expect(srt).toMatch(
    /^1\n00:00:00,\d{3} --> 00:00:03,\d{3}\nEach word looks back at the\nmoment of sound it came from\.\n$/,
  );
  expect(vtt).toMatch(/^WEBVTT\n\n00:00:00\.\d{3} --> 00:00:03\.\d{3}\n/);
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
});

test("raw samples on standard input, as a microphone gives them: a line for each word", () => {
  const { status, stdout } = run(
    ["-", "--format", "s16le", "--rate", "16000", "--timestamps"],
    readFileSync(sample).subarray(44),
  );
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines.every((line) => /^\[00:0\d\.\d\d - 00:0\d\.\d\d\] \S+$/.test(line))).toBe(true);
  expect(lines.map((line) => line.split("] ")[1]).join(" ")).toBe(said);
});

test("a WAV file on standard input, as JSON", () => {
  const { status, stdout } = run(["-", "--json"], readFileSync(sample));
  expect(status).toBe(0);
  const { text, seconds, words } = JSON.parse(stdout);
  expect({ text, seconds: seconds.toFixed(1), words: words.length }).toEqual({ text: said, seconds: "3.5", words: 12 });
  expect(words[0]).toEqual({ text: "Each", start: expect.any(Number), end: expect.any(Number) });
});

test("silence is called silence", () => {
  const { status, stdout, stderr } = run(["-"], wavBytes(new Float32Array(16_000)));
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  expect(stderr).toBe("No speech was heard in 1.0 s of sound: silence, noise, or too short.\n");
});

test.each<[string[], string]>([
  [
    ["/nowhere.wav"],
    "/nowhere.wav cannot be read: there is no such file or folder. Check the path and its permissions.\n",
  ],
  [[join(import.meta.dirname, "main.ts")], "main.ts is no WAV file. Convert it: ffmpeg"],
  [[sample, "--model", "/nowhere"], "The model file /nowhere/encoder_model.onnx cannot be used"],
  [
    [sample, "--srt", "/nowhere/a.srt"],
    "/nowhere/a.srt cannot be written: there is no such file or folder. Choose another place, or check its permissions.\n",
  ],
  [[sample, "--vtt", import.meta.dirname], "src is a folder. Name a file in it.\n"],
  [[sample, "--rate", "8000"], "--format, --rate and --channels describe raw samples on standard input"],
  [[sample, "--attention", "looks.png"], "Expected a file whose name ends in .svg."],
  [["a\u001B[31m.wav"], "a\\x1b[31m.wav cannot be read: there is no such file or folder."],
  [["-", "--rate", "0"], "Expected a whole number from 1000 to 192000."],
  [["-", "--format", "mp3"], "Allowed choices are s16le, f32le."],
  [[sample, sample], "too many arguments. Expected 1 argument but got 2."],
])("%j: one message, exit code 1, nothing on standard output", (argv, message) => {
  const { status, stdout, stderr } = run(argv);
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("    at ");
});

test("a damaged weight file ends it with one sentence", () => {
  writeFileSync(join(folder, "encoder_model.onnx"), "no model");
  const { status, stderr } = run([sample, "--model", folder]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^The model file .*encoder_model\.onnx cannot be used: [^\n]+\n$/);
});
