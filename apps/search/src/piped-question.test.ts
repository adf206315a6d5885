import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { vi } from "vitest";
import { readPipedQuestion } from "./piped-question.ts";
import { UserError } from "@fovea/command-line";
import { appTest as test } from "./testing/app-test.ts";

// some runs are processes that read the model
vi.setConfig({ testTimeout: 60_000 });

const reading = "Reading the question from standard input…\n";

test("lines are one question, however they arrive", async ({ expect }) => {
  const bytes = Buffer.from("  Où nagent\n les requins ?\r\n");
  const pieces = [bytes.subarray(0, 4), bytes.subarray(4)]; // between the bytes of ù
  expect(await readPipedQuestion(Readable.from(pieces))).toBe("Où nagent les requins ?");
});

test("an open pipe on which nothing comes is given up, one that has begun is not", async ({ expect }) => {
  const silent = new PassThrough();
  expect(await readPipedQuestion(silent, 20)).toBe(null);
  expect(silent.destroyed).toBe(true);
  const slow = new PassThrough();
  slow.write("fish ");
  setTimeout(() => slow.end("swim"), 80);
  expect(await readPipedQuestion(slow, 20)).toBe("fish swim");
});

test("more than a question, or no text, is refused", async ({ expect }) => {
  const endless = Readable.from(
    (function* () {
      for (;;) yield Buffer.from("why ");
    })(),
  );
  await expect(readPipedQuestion(endless)).rejects.toThrow("longer than 16384 bytes");
  for (const bytes of [Buffer.of(0x66, 0xff), Buffer.of(0x66, 0)]) {
    await expect(readPipedQuestion(Readable.from([bytes]))).rejects.toThrow(UserError);
  }
});

test.concurrent("a question comes from a pipe or a file", async ({ app, expect }) => {
  await writeFile(join(app.folder, "question.txt"), "Where do sharks\nswim?\n");
  const quiet = ["--no-attention", ...app.notes];
  for (const line of ['echo "Where do sharks swim?" | "$@"', '"$@" < question.txt']) {
    const { code, stdout, stderr } = await app.run(quiet, {}, undefined, line);
    expect(stderr.startsWith(reading)).toBe(true);
    expect(stdout).toContain("“Where do sharks swim?”");
    expect(code).toBe(0);
  }
});

test.concurrent("a question that is given comes before standard input", async ({ app, expect }) => {
  const { stdout, stderr } = await app.run(["fish", ...app.notes], {}, undefined, 'yes | "$@"');
  expect(stdout).toContain("“fish”");
  expect(stderr).not.toContain("standard input");
});

test.concurrent("an empty pipe leaves the app its own question, and says so", async ({ app, expect }) => {
  const { code, stdout, stderr } = await app.run(["--no-attention", ...app.notes], {}, undefined, ': | "$@"');
  expect(stderr.startsWith(`${reading}Nothing came. Here is a question to begin with.\n`)).toBe(true);
  expect(stdout).toContain("“How can I hide the future from a word?”");
  expect(code).toBe(0);
});

test.concurrent.for([
  ['yes why | "$@"', /^The question on standard input is longer than 16384 bytes\. [^\n]*\n$/],
  ['echo | "$@"', /^The question is empty\. [^\n]*\n$/],
  ['printf "\\377" | "$@"', /^The question on standard input is not text in UTF-8\. [^\n]*\n$/],
] as const)("%s: one clear message and exit code 1", async ([line, message], { app, expect }) => {
  const { code, stdout, stderr } = await app.run(app.notes, {}, undefined, line);
  expect(stderr.startsWith(reading)).toBe(true);
  expect(stderr.slice(reading.length)).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
