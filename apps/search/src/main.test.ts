import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fovea-search-"));
  await writeFile(
    join(folder, "notes.md"),
    "# Animals\n\nCats sleep most of the day.\n\nFish live in water.\n\n# Money\n\nBanks lend money at interest.\n",
  );
});

afterEach(() => rm(folder, { recursive: true }));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the app as a person would, with its own cache. @param onError called with what came on stderr so far */
function run(
  argv: string[],
  env: Record<string, string> = {},
  onError = (_text: string, _kill: () => void): void => {},
): Promise<Run> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [main, "--cache", join(folder, "cache"), ...argv], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => (stdout += data));
  child.stderr.on("data", (data) => onError((stderr += data), () => child.killed || child.kill("SIGINT")));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

const notes = (): string[] => ["--corpus", join(folder, "notes.md")];

test("the best passage comes first, then who attended to whom, without colors in a pipe", async () => {
  const { code, stdout, stderr } = await run([...notes(), "Where", "do", "sharks", "swim?"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /“Where do sharks swim\?”\n\n 1 {2}0\.\d\d [█░]{12} {2}notes\.md › Animals\n {4}Fish live in water\./,
  );
  expect(stdout).toMatch(/^ *sharks {2}[ ░▒▓█]+$/m);
  expect(stdout).not.toContain("\u001B");
  expect(stderr).toMatch(/^Embedding 3 passages…\n/);
});

test("saved vectors are used again, and a damaged file is made again with one sentence", async () => {
  const question = [...notes(), "Where do sharks swim?", "--json"];
  const first = await run(question);
  const second = await run(question);
  expect(second).toEqual({ code: 0, stdout: first.stdout, stderr: "" });

  const [name] = await readdir(join(folder, "cache"));
  const path = join(folder, "cache", name);
  const bytes = await readFile(path);
  bytes[bytes.length - 100] ^= 255;
  await writeFile(path, bytes);
  const third = await run(question);
  expect(third).toMatchObject({ code: 0, stdout: first.stdout });
  expect(third.stderr).toMatch(/are damaged \(the checksum differs\), so they are made again\.\nEmbedding 3 passages/);
  expect(await run(question)).toMatchObject({ stderr: "" });
});

test("a changed paragraph is the only one embedded again", async () => {
  await run([...notes(), "fish"]);
  await writeFile(
    join(folder, "notes.md"),
    "# Animals\n\nCats sleep most of the day.\n\nFish live in water.\n\n# Money\n\nMoney is lent.\n",
  );
  expect((await run([...notes(), "fish"])).stderr).toMatch(/^Embedding 1 passage…\n/);
});

test("an interrupt saves what is finished, and the next run goes on from there", async () => {
  const text = Array.from(
    { length: 40 },
    (_, index) => `Paragraph ${index} says a little more than number ${index - 1} about fish.`,
  );
  await writeFile(join(folder, "notes.md"), text.join("\n\n"));
  const stopped = await run(
    [...notes(), "fish"],
    {},
    (stderr, interrupt) => stderr.includes("10 of 40") && interrupt(),
  );
  expect(stopped.code).toBe(130);
  const saved = Number(/Stopped: (\d+) of 40 vectors are saved/.exec(stopped.stderr)?.[1]);
  expect(saved).toBeGreaterThanOrEqual(10);
  expect((await run([...notes(), "fish"])).stderr).toContain(`Embedding ${40 - saved} passage`);
});

test("JSON carries the passages, the words and their weights", async () => {
  const { stdout } = await run([
    ...notes(),
    "Where do sharks swim?",
    "--json",
    "--top",
    "2",
    "--layer",
    "0",
    "--heads",
    "1,3",
  ]);
  const answer = JSON.parse(stdout);
  expect(answer.results).toHaveLength(2);
  expect(answer.results[0]).toMatchObject({ text: "Fish live in water.", file: "notes.md", section: "Animals" });
  expect(answer.attention).toMatchObject({ words: ["Where", "do", "sharks", "swim", "?"], layer: 0, heads: [1, 3] });
  for (const row of answer.attention.weights)
    expect(row.reduce((sum: number, value: number) => sum + value, 0)).toBeCloseTo(1, 5);
});

test("paths are meant from where npm start was called", async () => {
  const { stdout } = await run(["--corpus", "notes.md", "fish", "--top", "1"], { FOVEA_CALLED_FROM: folder });
  expect(stdout).toContain("Fish live in water.");
});

test("without a question and a terminal it asks one itself", async () => {
  const { code, stdout } = await run(["--no-attention", ...notes()]);
  expect(code).toBe(0);
  expect(stdout).toContain("“How can I hide the future from a word?”");
});

test("colors are there when forced, and not when refused", async () => {
  expect((await run([...notes(), "fish"], { FORCE_COLOR: "1" })).stdout).toContain("\u001B[48;5;");
  expect((await run([...notes(), "fish"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001B");
});

test("a cache that cannot be written is one sentence, and the search goes on", async () => {
  await writeFile(join(folder, "cache"), "a file in the folder's place");
  const { code, stdout, stderr } = await run([...notes(), "Where do sharks swim?"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Fish live in water.");
  expect(stderr.match(/cannot be saved/g)).toHaveLength(1);
});

test.each([
  ["an empty question", [""], /^The question is empty\. [^\n]*\n$/],
  ["a question without words", ["  ?! "], /^The question is empty\. [^\n]*\n$/],
  [
    "a question that is too long",
    ["why ".repeat(200)],
    /^The question is too long: the encoder reads 128 pieces of words, this has 200\. [^\n]*\n$/,
  ],
  [
    "a corpus that is not there",
    ["fish", "--corpus", "/nowhere/at/all"],
    /^The corpus \/nowhere\/at\/all cannot be read: [^\n]*\n$/,
  ],
  [
    "a corpus that is no file",
    ["fish", "--corpus", "/dev/null"],
    /^The corpus \/dev\/null is neither a file nor a folder\.\n$/,
  ],
  ["a corpus that is not text", ["fish", "--corpus", process.execPath], /is not text in UTF-8/],
  [
    "a model that is not there",
    ["fish", "--model", "/nowhere"],
    /^The model file \/nowhere\/model\.json cannot be read: [^\n]*\n$/,
  ],
  ["a count that is none", ["fish", "--top", "many"], /Expected a whole count from 1 to 1000/],
  ["a head that is not there", ["fish", "--heads", "4"], /Expected heads from 0 to 3/],
  ["a backend that is not there", ["fish", "--backend", "abacus"], /Allowed choices are reference/],
  ["an option that is not there", ["fish", "--colour"], /unknown option '--colour'/],
])("%s: one clear message, exit code 1, nothing on stdout", async (_, argv, message) => {
  const { code, stdout, stderr } = await run(argv);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("    at ");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
