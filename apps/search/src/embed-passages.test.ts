import { expect, test, vi } from "vitest";
import { embedPassages, withoutVectors } from "./embed-passages.ts";
import { passageKey } from "./vector-cache.ts";
import type { Vectors } from "./vector-cache.ts";

const embed = (text: string): Float32Array => Float32Array.of(text.length);
const failAtB = (text: string): Float32Array => {
  if (text === "b") throw new Error("out of memory");
  return embed(text);
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
  expect(await embedPassages(["a", "bcd"], embed, vectors, watched)).toBe(2);
  expect(vectors.get(passageKey("bcd"))).toEqual(Float32Array.of(3));
  expect(watched.onProgress.mock.calls).toEqual([[1], [2]]);
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("a signal stops between two passages, and what is finished is saved", async () => {
  const vectors: Vectors = new Map();
  const controller = new AbortController();
  const watched = { ...hooks(), signal: controller.signal, onProgress: () => controller.abort() };
  expect(await embedPassages(["a", "b", "c"], embed, vectors, watched)).toBe(1);
  expect([...vectors.keys()]).toEqual([passageKey("a")]);
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("a failure saves what is finished before it goes on", async () => {
  const vectors: Vectors = new Map();
  const watched = hooks();
  await expect(embedPassages(["a", "b"], failAtB, vectors, watched)).rejects.toThrow("out of memory");
  expect(watched.save).toHaveBeenCalledTimes(1);
});

test("nothing new is not saved", async () => {
  const watched = hooks();
  expect(await embedPassages([], embed, new Map(), watched)).toBe(0);
  expect(watched.save).not.toHaveBeenCalled();
});
