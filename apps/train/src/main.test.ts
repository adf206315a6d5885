import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";
import { appTest as test } from "./testing/app-test.ts";

// every run is a process that loads TensorFlow.js
vi.setConfig({ testTimeout: 60_000 });

test.concurrent("Ctrl-C saves; the run goes on to the weights it would have had", async ({ app, expect }) => {
  const sort = ["sort", "--steps", "30", "--batch", "8"];
  const stopped = await app.run([...sort, "--out", "part"], "\n 4 of 30");
  expect(stopped.code).toBe(130);
  expect(stopped.stdout).toMatch(/^Stopped at step \d+ of 30\. Go on with --resume\.\n$/);

  const careless = await app.run([...sort, "--out", "part"]);
  expect(careless.code).toBe(1);
  expect(careless.stderr).toMatch(/part holds a run that stopped at step \d+ of 30\. Add --resume/);
  const other = await app.run(["sort", "--out", "part", "--resume", "--seed", "7"]);
  expect(other.stderr).toContain("its seed is 1, not 7");

  const resumed = await app.run(["sort", "--out", "part", "--resume"]);
  expect(resumed.code).toBe(0);
  expect(resumed.stderr).toMatch(/steps of 8, from step \d+ on\n/);
  await app.run([...sort, "--out", "whole"]);
  const weights = (folder: string): Promise<Buffer> => readFile(join(app.folder, folder, "weights.safetensors"));
  expect((await weights("part")).equals(await weights("whole"))).toBe(true);
  expect((await readdir(join(app.folder, "part"))).sort()).toEqual([
    "attention.svg",
    "checkpoint.safetensors",
    "curves.svg",
    "model",
    "result.json",
    "weights.safetensors",
  ]);
  const finished = await app.run(["sort", "--out", "part", "--resume"]);
  expect(finished.stderr).toContain("is finished (30 steps)");
});

test.concurrent("what cannot be done is said in one sentence, before anything is written", async ({ app, expect }) => {
  await mkdir(join(app.folder, "bad"));
  await writeFile(join(app.folder, "bad", "checkpoint.safetensors"), "not a checkpoint");
  await writeFile(join(app.folder, "short.txt"), "too short");
  await writeFile(join(app.folder, "picture.png"), Buffer.alloc(1000, 0x89));
  const refusals: [string[], RegExp][] = [
    [["letters"], /Allowed choices are digits, characters, sort/],
    [[], /missing required argument 'task'/],
    [["sort", "--steps", "0"], /Expected a whole count from 1 to 1000000/],
    [["sort", "--rate", "-1"], /Expected a number above 0, at most 1/],
    [["sort", "--learned", "everything"], /Allowed choices are none, temperature, span, bias/],
    [["sort", "--text", "short.txt"], /--text is for characters, not for sort/],
    [["sort", "--resume", "--restart"], /cannot be used together/],
    [["sort", "--resume", "--out", "new"], /There is no run to go on with/],
    [["sort", "--resume", "--out", "bad"], /is damaged: .* Add --restart to begin anew/],
    [["sort", "--steps", "2", "--out", "short.txt"], /short\.txt/],
    [["characters", "--text", "short.txt"], /short\.txt has 9 characters, and 640 are the least/],
    [["characters", "--text", "picture.png"], /picture\.png is not text in UTF-8/],
    [["characters", "--text", "none.txt"], /none\.txt cannot be read: there is no such file/],
  ];
  for (const [argv, message] of refusals) {
    const { code, stdout, stderr } = await app.run(argv);
    expect({ code, stdout }, argv.join(" ")).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  }
  expect((await readdir(app.folder)).sort()).toEqual(["bad", "picture.png", "short.txt"]);
});

test.concurrent("--help names the tasks", async ({ app, expect }) => {
  const { code, stdout } = await app.run(["--help"]);
  expect(code).toBe(0);
  for (const task of ["digits", "characters", "sort"]) expect(stdout).toMatch(new RegExp(`^  ${task} +\\w`, "m"));
});
