import { spawn, spawnSync } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readText, readWhole } from "./read-whole.ts";
import { isMissing, reasonOf } from "./reason-of.ts";
import { UserError } from "./user-error.ts";
import { checkSavable, saveFile, writeWhole } from "./write-whole.ts";

const isUnix = process.platform !== "win32";
let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-files-"));
  path = join(folder, "file");
});
afterEach(() => rm(folder, { recursive: true }));

const most = { mostBytes: 4 };

test("a file is read whole, and no longer one than expected", async () => {
  await writeFile(path, "abcd");
  expect(await readText(path, most)).toBe("abcd");
  await writeFile(path, "abcde");
  await expect(readWhole(path, most)).rejects.toThrow(`${path} cannot be read: it has 5 bytes, expected at most 4.`);
});

test("what is not there is said so, with what to do", async () => {
  const error = await readWhole(path, { ...most, remedy: "Look again." }).catch((error: unknown) => error);
  expect(error).toEqual(new UserError(`${path} cannot be read: there is no such file or folder. Look again.`));
  expect(isMissing(error)).toBe(true);
  expect(isMissing(new UserError("else"))).toBe(false);
  await expect(readWhole(folder, most)).rejects.toThrow("it is a folder, not a file.");
  await writeFile(path, "x");
  await expect(readWhole(join(path, "in"), most)).rejects.toThrow("part of the path is a file, not a folder.");
});

test.skipIf(!isUnix)("a pipe is not waited for, a device not read", async () => {
  spawnSync("mkfifo", [path]);
  for (const other of [path, "/dev/zero"]) {
    await expect(readWhole(other, most)).rejects.toThrow(
      `${other} cannot be read: it is a pipe or a device, not a file.`,
    );
  }
});

test.skipIf(!isUnix)("a link is followed, unless the app made up its name", async () => {
  await writeFile(join(folder, "target"), "abc");
  await symlink("target", path);
  expect(await readText(path, most)).toBe("abc");
  await expect(readWhole(path, { ...most, refuseLink: true })).rejects.toThrow("it is a symbolic link.");
});

test("bytes that are no text are refused", async () => {
  for (const bytes of [Buffer.of(0xc3), Buffer.of(0x61, 0)]) {
    await writeFile(path, bytes);
    await expect(readText(path, most)).rejects.toThrow(`${path} is not text in UTF-8.`);
  }
});

test("all or nothing: the old content stays until the new one is whole, and nothing else is left", async () => {
  await writeWhole(join(folder, "new", "file"), "first");
  await writeWhole(join(folder, "new", "file"), "second");
  expect(await readFile(join(folder, "new", "file"), "utf8")).toBe("second");
  expect(await readdir(join(folder, "new"))).toEqual(["file"]);
});

test.skipIf(!isUnix)("a link in its place is replaced, not followed; a pipe and a folder are refused", async () => {
  await writeFile(join(folder, "target"), "kept");
  await symlink("target", path);
  await writeWhole(path, "mine");
  expect(await readFile(join(folder, "target"), "utf8")).toBe("kept");
  expect((await lstat(path)).isSymbolicLink()).toBe(false);

  await rm(path);
  spawnSync("mkfifo", [path]);
  await expect(writeWhole(path, "x")).rejects.toThrow(`${path} cannot be written: it is no file.`);
  await rm(path);
  await mkdir(path);
  await expect(writeWhole(path, "x")).rejects.toThrow(UserError);
  expect((await readdir(folder)).toSorted()).toEqual(["file", "target"]);
});

test("no two temporary files have one name, and none that can be foreseen", async () => {
  // were it made from the process alone, one who knows it could put a link there
  await symlink("/nowhere", `${path}.${process.pid}.tmp`).catch(() => {});
  await Promise.all(["a", "b", "c"].map((content) => writeWhole(path, content)));
  expect(["a", "b", "c"]).toContain(await readFile(path, "utf8"));
});

test.skipIf(!isUnix)("where the person says, a link is followed and a pipe written into", async () => {
  await writeFile(join(folder, "target"), "old");
  await symlink("target", path);
  await saveFile(path, "new");
  expect(await readFile(join(folder, "target"), "utf8")).toBe("new");
  expect((await lstat(path)).isSymbolicLink()).toBe(true);

  const pipe = join(folder, "pipe");
  spawnSync("mkfifo", [pipe]);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
  let read = "";
  reader.stdout.on("data", (data) => (read += data));
  const closed = new Promise((resolve) => reader.on("close", resolve));
  await saveFile(pipe, "through");
  await closed;
  expect(read).toBe("through");
});

test("where nothing can be saved is known before the work", async () => {
  await checkSavable(path);
  await expect(checkSavable(folder)).rejects.toThrow(`${folder} is a folder. Name a file in it.`);
  const nowhere = join(folder, "no", "file");
  for (const save of [checkSavable(nowhere), saveFile(nowhere, "x")]) {
    await expect(save).rejects.toThrow(`${nowhere} cannot be written: there is no such file or folder.`);
  }
});

test("what has no word of ours keeps its own", () => {
  expect([reasonOf(new Error("odd")), reasonOf("odd"), reasonOf(null)]).toEqual(["odd", "odd", "null"]);
});
