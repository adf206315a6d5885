import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { passageMeaning, readCorpus } from "./corpus.ts";

const fits = (text: string): boolean => text.length <= 20;
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-corpus-"));
});

afterEach(() => rm(folder, { recursive: true }));

test("a folder gives the passages of its text and markdown files by name, subfolders too, hidden ones not", async () => {
  await mkdir(join(folder, "deep"));
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, "b.txt"), "# B is text.");
  await writeFile(join(folder, "a.md"), "# A\n\nFirst sentence. Second sentence.");
  await writeFile(join(folder, "deep", "c.MD"), "C.");
  await writeFile(join(folder, ".git", "d.md"), "D.");
  await writeFile(join(folder, "e.png"), Buffer.from([0, 1, 2]));
  expect(await readCorpus(folder, fits)).toEqual([
    { text: "First sentence.", file: "a.md", section: "A" },
    { text: "Second sentence.", file: "a.md", section: "A" },
    { text: "# B is text.", file: "b.txt", section: "" },
    { text: "C.", file: join("deep", "c.MD"), section: "" },
  ]);
});

test("heading and text of a passage fit together", async () => {
  await writeFile(join(folder, "a.md"), "# Nine more\n\nOne here. Two.");
  const passages = await readCorpus(folder, fits);
  expect(passages.map(passageMeaning)).toEqual(["Nine more One here.", "Nine more Two."]);
});

test("a file is read whatever its name ends in", async () => {
  await writeFile(join(folder, "NOTES"), "Hello.");
  expect(await readCorpus(join(folder, "NOTES"), fits)).toEqual([{ text: "Hello.", file: "NOTES", section: "" }]);
});

test("a path that is not there is a sentence", async () => {
  await expect(readCorpus(join(folder, "none"), fits)).rejects.toThrow(
    /none cannot be read: there is no such file or folder\.$/,
  );
});

test("a folder without texts is a sentence", async () => {
  await expect(readCorpus(folder, fits)).rejects.toThrow(/has no \.md or \.txt files/);
});

test("a file without text is a sentence", async () => {
  await writeFile(join(folder, "empty.md"), "# Only a heading\n");
  await expect(readCorpus(folder, fits)).rejects.toThrow(/holds no text/);
});

test.each([
  ["a zero byte", Buffer.from("abc\0def")],
  ["bytes that are not UTF-8", Buffer.from([0x61, 0xff, 0xfe])],
])("a file with %s is refused by name", async (_, bytes) => {
  await writeFile(join(folder, "picture.txt"), bytes);
  await expect(readCorpus(folder, fits)).rejects.toThrow(/picture\.txt is not text in UTF-8/);
});
