import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { backendOption, backends, openBackend } from "./backends.ts";
import { createCommand } from "./create-command.ts";
import { dataFolder, findData, missingData } from "./data-folder.ts";
import { fromCaller, pictureFile } from "./from-caller.ts";
import { numberBetween, wholeNumber } from "./numbers.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  ["1", 1],
  ["8", 8],
])("a whole number from 1 to 8 may be %s", (text, value) => expect(wholeNumber(1, 8)(text)).toBe(value));

test.each(["0", "9", "1.5", "-1", "1e0", "0x1", "", " 1", "one"])("but not %j", (text) => {
  expect(() => wholeNumber(1, 8, "count")(text)).toThrow("Expected a whole count from 1 to 8.");
});

test("numbers have both ends, or leave the lower one out", () => {
  for (const text of ["0", "0.5", "1", "1e-3"]) expect(numberBetween(0, 1)(text)).toBe(Number(text));
  for (const text of ["-0.1", "1.1", "", " ", "x", "NaN", "Infinity"]) {
    expect(() => numberBetween(0, 1)(text)).toThrow("Expected a number from 0 to 1.");
  }
  expect(() => numberBetween(0, 1, { above: true })("0")).toThrow("Expected a number above 0, at most 1.");
});

test("paths are meant from where the person called", () => {
  vi.stubEnv("FOVEA_CALLED_FROM", "/home/ada");
  expect(fromCaller("a/b.wav")).toBe(join("/home/ada", "a/b.wav"));
  expect(fromCaller("/tmp/b.wav")).toBe("/tmp/b.wav");
  expect(pictureFile(".svg", ".png")("a.PNG")).toBe(join("/home/ada", "a.PNG"));
  expect(() => pictureFile(".svg", ".png")("a.gif")).toThrow("Expected a file whose name ends in .svg or .png.");
  vi.stubEnv("FOVEA_CALLED_FROM", undefined);
  expect(fromCaller("a")).toBe(join(process.cwd(), "a"));
});

test("data lie in the checkout, or where FOVEA_DATA says", () => {
  vi.stubEnv("FOVEA_DATA", "");
  expect(dataFolder()).toBe(join(import.meta.dirname, "../../../data"));
  vi.stubEnv("FOVEA_CALLED_FROM", "/home/ada");
  vi.stubEnv("FOVEA_DATA", "weights");
  expect(dataFolder()).toBe(join("/home/ada", "weights"));
  vi.stubEnv("FOVEA_DATA", join(import.meta.dirname, ".."));
  expect(findData("src", "index.ts")).toBe(import.meta.dirname);
  expect(findData("src", "model.bin")).toBe(null);
  expect(missingData("kwt1", "The model", "--weights")).toMatch(
    /^The model is not on this machine: expected .*kwt1\. Run "npm run fetch -- kwt1", or name its folder with --weights\.$/,
  );
});

test("a backend is chosen by name, wasm unless said otherwise", () => {
  const command = createCommand({ name: "x", about: "does it", examples: ["x y"] }).addOption(backendOption());
  expect(command.parse([], { from: "user" }).opts()).toEqual({ backend: "wasm" });
  expect(Object.keys(backends)).toEqual(["wasm", "reference"]);
  expect(backendOption("where", "rows", { rows: 1 }).defaultValue).toBe("rows");
  expect(openBackend("reference").name).toBe("reference");
  expect(() => openBackend("abacus")).toThrow("There is no backend abacus: expected wasm or reference.");
});
