import { spawnSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { passageKey, readVectors, writeVectors } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";

let folder = "";
let path = "";
const vectors: Vectors = new Map([
  [passageKey("one"), Float32Array.of(1, -0.5, 3e-30)],
  [passageKey("two"), Float32Array.of(0.1, 0.2, 0.3)],
]);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-cache-"));
  path = join(folder, "new", "x.vectors");
  await writeVectors(path, "model-a", 3, vectors);
});

afterEach(() => rm(folder, { recursive: true }));

test("what was saved comes back bit by bit, and no other file is left", async () => {
  expect(await readVectors(path, "model-a", 3)).toEqual({ vectors, complaint: null });
  expect(await readdir(join(folder, "new"))).toEqual(["x.vectors"]);
});

test("no file means no vectors and no complaint", async () => {
  expect(await readVectors(join(folder, "none"), "model-a", 3)).toEqual({ vectors: new Map(), complaint: null });
});

test("vectors of another model or size are refused", async () => {
  expect((await readVectors(path, "model-b", 3)).complaint).toMatch(
    /belong to another model, so they are made again\.$/,
  );
  expect((await readVectors(path, "model-a", 4)).complaint).toMatch(/belong to another model/);
});

test("a changed byte anywhere after the header is noticed", async () => {
  const good = await readFile(path);
  for (const offset of [good.indexOf(10) + 1, good.length - 1]) {
    const bad = Buffer.from(good);
    bad[offset] ^= 1;
    await writeFile(path, bad);
    expect(await readVectors(path, "model-a", 3)).toMatchObject({
      vectors: new Map(),
      complaint: expect.stringContaining("are damaged (the checksum differs)"),
    });
  }
});

test("a file cut short at any length is noticed", async () => {
  const { length } = await readFile(path);
  for (let size = length - 1; size >= 0; size -= 1) {
    await truncate(path, size);
    expect((await readVectors(path, "model-a", 3)).complaint, `at ${size} bytes`).toMatch(/are damaged/);
  }
});

test.each([
  ["nonsense", "hello\n"],
  ["null", "null\n"],
  ["a newer version", '{"format":"fovea-search-vectors","version":2}\n'],
  ["a huge count", '{"format":"fovea-search-vectors","version":1,"model":"model-a","dimensions":3,"count":1e15}\n'],
])("%s in its place is refused", async (_, content) => {
  await writeFile(path, content);
  expect((await readVectors(path, "model-a", 3)).complaint).not.toBeNull();
});

test("a folder in its place is refused when reading, and writing leaves nothing behind", async () => {
  await rm(path);
  await mkdir(path);
  expect((await readVectors(path, "model-a", 3)).complaint).toMatch(/cannot be read: it is a folder, not a file\./);
  await expect(writeVectors(path, "model-a", 3, vectors)).rejects.toThrow("cannot be written");
  expect(await readdir(join(folder, "new"))).toEqual(["x.vectors"]);
});

test.skipIf(process.platform === "win32")(
  "in a folder that others write into, a link is not followed, a pipe not waited for, a device not read",
  async () => {
    const victim = join(folder, "victim");
    await writeFile(victim, "somebody's letters");
    await rm(path);
    await symlink(victim, path);
    expect((await readVectors(path, "model-a", 3)).complaint).toMatch(/cannot be read: it is a symbolic link\./);
    await writeVectors(path, "model-a", 3, vectors);
    expect(await readFile(victim, "utf8")).toBe("somebody's letters");
    expect((await lstat(path)).isFile()).toBe(true);

    await rm(path);
    spawnSync("mkfifo", [path]);
    expect((await readVectors(path, "model-a", 3)).complaint).toMatch(/it is a pipe or a device/);
    await expect(writeVectors(path, "model-a", 3, vectors)).rejects.toThrow("it is no file");
    expect((await readVectors("/dev/zero", "model-a", 3)).complaint).toMatch(/it is a pipe or a device/);
  },
);
