import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toArray } from "@fovea/tensor";
import { afterAll, beforeAll, expect, test } from "vitest";
import { referenceFile } from "./fixtures/reference-file.ts";
import { fileSource } from "./file-source.ts";
import { openSafetensors } from "./open-safetensors.ts";
import { WeightFileError } from "./weight-file-error.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-weights-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(name: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, referenceFile);
  return path;
}

test("weights are read from a path", async () => {
  const file = await openSafetensors(await fileSource(await written("path.safetensors")));
  expect(toArray(await file.tensor("b"))).toEqual([1, -2.5, 3, 4]);
});

test("weights are read from a handle, which stays open", async () => {
  const handle = await open(await written("handle.safetensors"));
  const file = await openSafetensors(await fileSource(handle));
  expect(toArray(await file.tensor("a"))).toEqual([0.5]);
  expect((await handle.stat()).size).toBe(referenceFile.length);
  await handle.close();
});

test("a file that was cut after it was opened is refused", async () => {
  const path = await written("cut.safetensors");
  const file = await openSafetensors(await fileSource(path));
  await truncate(path, 500);
  const refused = await file.tensor("b").catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(WeightFileError);
  expect((refused as Error).message).toContain(
    "expected 526 bytes as opened, got 500 bytes, written since. Open it again.",
  );
});

test("no file and a folder are refused with their path", async () => {
  const missing = join(folder, "missing");
  await expect(fileSource(missing)).rejects.toThrow(`${missing}: expected a file that can be read, got ENOENT.`);
  await expect(fileSource(folder)).rejects.toThrow("expected a file, got a folder");
  await expect(fileSource(missing)).rejects.toBeInstanceOf(WeightFileError);
});
