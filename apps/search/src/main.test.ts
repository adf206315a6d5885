import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";
import { appTest as test } from "./testing/app-test.ts";

// every run is a process that reads the model
vi.setConfig({ testTimeout: 60_000 });

test.concurrent(
  "the best passage comes first, then who attended to whom, without colors in a pipe",
  async ({ app, expect }) => {
    const { code, stdout, stderr } = await app.run([...app.notes, "Where", "do", "sharks", "swim?"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /“Where do sharks swim\?”\n\n 1 {2}0\.\d\d [█░]{12} {2}notes\.md › Animals\n {4}Fish live in water\./,
    );
    expect(stdout).toMatch(/^ *sharks {2}[ ░▒▓█]+$/m);
    expect(stdout).not.toContain("\u001B");
    expect(stderr).toMatch(/^Embedding 3 passages…\n/);
  },
);

test.concurrent(
  "saved vectors are used again, and a damaged file is made again with one sentence",
  async ({ app, expect }) => {
    const question = [...app.notes, "Where do sharks swim?", "--json"];
    const first = await app.run(question);
    const second = await app.run(question);
    expect(second).toEqual({ code: 0, stdout: first.stdout, stderr: "" });

    const [name] = await readdir(join(app.folder, "cache"));
    const path = join(app.folder, "cache", name);
    const bytes = await readFile(path);
    bytes[bytes.length - 100] ^= 255;
    await writeFile(path, bytes);
    const third = await app.run(question);
    expect(third).toMatchObject({ code: 0, stdout: first.stdout });
    expect(third.stderr).toMatch(
      /are damaged \(the checksum differs\), so they are made again\.\nEmbedding 3 passages/,
    );
    expect(await app.run(question)).toMatchObject({ stderr: "" });
  },
);

test.concurrent("a changed paragraph is the only one embedded again", async ({ app, expect }) => {
  await app.run([...app.notes, "fish"]);
  await writeFile(
    join(app.folder, "notes.md"),
    "# Animals\n\nCats sleep most of the day.\n\nFish live in water.\n\n# Money\n\nMoney is lent by banks.\n",
  );
  expect((await app.run([...app.notes, "fish"])).stderr).toMatch(/^Embedding 1 passage…\n/);
});

test.concurrent("an interrupt saves what is finished, and the next run goes on from there", async ({ app, expect }) => {
  const text = Array.from(
    { length: 400 },
    (_, index) => `Paragraph ${index} says a little more than number ${index - 1} about fish.`,
  );
  await writeFile(join(app.folder, "notes.md"), text.join("\n\n"));
  const stopped = await app.run([...app.notes, "fish"], {}, "104 of 400");
  expect(stopped.code).toBe(130);
  const saved = Number(/Stopped: (\d+) of 400 vectors are saved/.exec(stopped.stderr)?.[1]);
  expect(saved).toBeGreaterThanOrEqual(104);
  expect((await app.run([...app.notes, "fish"])).stderr).toContain(`Embedding ${400 - saved} passage`);
});

test.concurrent("JSON carries the passages, the words and their weights", async ({ app, expect }) => {
  const { stdout } = await app.run([
    ...app.notes,
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

test.concurrent("paths are meant from where npm start was called", async ({ app, expect }) => {
  const { stdout } = await app.run(["--corpus", "notes.md", "fish", "--top", "1"], { FOVEA_CALLED_FROM: app.folder });
  expect(stdout).toContain("Fish live in water.");
});

test.concurrent("without a question and a terminal it asks one itself", async ({ app, expect }) => {
  const { code, stdout } = await app.run(["--no-attention", ...app.notes]);
  expect(code).toBe(0);
  expect(stdout).toContain("“How can I hide the future from a word?”");
});

test.concurrent("colors are there when forced, and not when refused", async ({ app, expect }) => {
  expect((await app.run([...app.notes, "fish"], { FORCE_COLOR: "1" })).stdout).toContain("\u001B[48;5;");
  expect((await app.run([...app.notes, "fish"], { FORCE_COLOR: "1", NO_COLOR: "1" })).stdout).not.toContain("\u001B");
});

test.concurrent("a cache that cannot be written is one sentence, and the search goes on", async ({ app, expect }) => {
  await writeFile(join(app.folder, "cache"), "a file in the folder's place");
  const { code, stdout, stderr } = await app.run([...app.notes, "Where do sharks swim?"]);
  expect(code).toBe(0);
  expect(stdout).toContain("Fish live in water.");
  expect(
    stderr.match(/cannot be written: it is a file, not a folder\..* The search goes on without saving/g),
  ).toHaveLength(1);
});

test.concurrent("names, questions and passages cannot act on the terminal", async ({ app, expect }) => {
  await mkdir(join(app.folder, "notes"));
  await writeFile(join(app.folder, "notes", "a\u001B[2J\u202E.txt"), "Fish\u001B[31m live in water.");
  const { stdout } = await app.run(["--corpus", "notes", "Do \u001B]0;fish\u0007 swim?"], {
    FOVEA_CALLED_FROM: app.folder,
  });
  expect(stdout).toContain("“Do \\x1b]0;fish\\x07 swim?”");
  expect(stdout).toContain("a\\x1b[2J\\u202e.txt");
  // white space and controls between words of a passage are one space
  expect(stdout).toContain("Fish [31m live in water.");
  for (const acting of "\u001B\u009B\u202E") expect(stdout).not.toContain(acting);
});
