import { expect, test, vi } from "vitest";
import { embedPassages, withoutVectors } from "./embed-passages.ts";
import { passageKey } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";

const embed = (texts: readonly string[]): Float32Array[] => texts.map((text) => Float32Array.of(text.length));
const letters = Array.from("abcdefghijklmnopqrst");
const failAtK = (texts: readonly string[]): Float32Array[] => {
  if (texts.includes("k")) throw new Error("out of memory");
  return embed(texts);
};
const hooks = () => ({
  signal: new AbortController().signal,
  onProgress: vi.fn<(done: number) => void>(),
  save: vi.fn<() => Promise<void>>(() => Promise.resolve()),
});

test("texts that have a vector, or came before, need none", () => {
  const vectors: Vectors = new Map([[passageKey("b"), Float32Array.of(1)]]);
  expect(withoutVectors(["a", "b", "a", "c"], vectors)).toEqual(["a", "c"]);
});

test("every text gets its vector, and they are saved at the end", async () => {
  const vectors: Vectors = new Map();
  const watched = hooks();
  expect(await embedPassages([...letters.slice(1), "bcd"], embed, vectors, watched)).toBe(20);
  expect(vectors.get(passageKey("bcd"))).toEqual(Float32Array.of(3));
  expect(vectors.get(passageKey("c"))).toEqual(Float32Array.of(1));
  expect(watched.onProgress.mock.calls).toEqual([[8], [16], [20]]);
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("a signal stops between two groups of passages, and what is finished is saved", async () => {
  const vectors: Vectors = new Map();
  const controller = new AbortController();
  const watched = { ...hooks(), signal: controller.signal, onProgress: () => controller.abort() };
  expect(await embedPassages(letters, embed, vectors, watched)).toBe(8);
  expect([...vectors.keys()]).toEqual(letters.slice(0, 8).map(passageKey));
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("a failure saves what is finished before it goes on", async () => {
  const vectors: Vectors = new Map();
  const watched = hooks();
  await expect(embedPassages(letters, failAtK, vectors, watched)).rejects.toThrow("out of memory");
  expect(vectors.size).toBe(8);
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("nothing new is not saved", async () => {
  const watched = hooks();
  expect(await embedPassages([], embed, new Map(), watched)).toBe(0);
  expect(watched.save).not.toHaveBeenCalled();
});
