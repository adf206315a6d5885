import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMain, type Ran } from "@fovea/command-line/testing";
import { afterAll, expect, test } from "vitest";
import { dataSets } from "./data-sets.ts";

const folder = mkdtempSync(join(tmpdir(), "fovea-fetch-main-"));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (...argv: string[]): Ran =>
  runMain(join(import.meta.dirname, "main.ts"), argv, { env: { FOVEA_DATA: folder } });

test("without names it lists what there is, with sizes, licences and where it goes", () => {
  for (const argv of [[], ["--list"]]) {
    const { status, stdout } = run(...argv);
    expect(status).toBe(0);
    for (const [name, { licence, about }] of Object.entries(dataSets)) {
      expect(stdout).toMatch(new RegExp(`^${name} {2}[\\d.]+ MB`, "m"));
      expect(stdout).toContain(licence);
      expect(stdout).toContain(about);
    }
    expect(stdout).toMatch(/They go into .*fovea-fetch-main-/);
  }
});

test("what has no address says how it is to be had, and a name that there is not is refused", () => {
  expect(run("vit-fashion")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringMatching(/vit_fashion\.safetensors cannot be fetched\. .*\(561216 bytes, SHA-256 c20d830b/),
  });
  expect(run("whisper").stderr).toMatch(/Allowed choices are stories260k, /);
});

test("every entry is one that can be checked", () => {
  for (const { files, licence, byHand } of Object.values(dataSets)) {
    expect(licence).not.toBe("");
    for (const { address, bytes, sha256, name } of files) {
      expect(name).toMatch(/^[\w.-]+$/);
      expect(bytes).toBeGreaterThan(0);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(address ?? byHand).toMatch(/^https:\/\/|\w/);
    }
  }
});

// where somebody has the files, the table is held against them
const data = process.env["FOVEA_DATA"];
test.skipIf(data === undefined)("the table is that of the files (without FOVEA_DATA: skipped)", async () => {
  const { isThere } = await import("./fetch-file.ts");
  for (const [name, { files, texts = {} }] of Object.entries(dataSets)) {
    for (const file of files) expect(await isThere(join(data!, name, file.name), file)).toBe(true);
    for (const [text, content] of Object.entries(texts))
      expect(readFileSync(join(data!, name, text), "utf8")).toBe(content);
  }
});
