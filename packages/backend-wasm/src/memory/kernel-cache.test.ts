import { expect, test } from "vitest";
import { KernelCache } from "./kernel-cache.ts";

interface Item {
  readonly name: string;
  bytes: number;
}

function cacheOf(
  most: number,
  mostBytes: number,
): { cache: KernelCache<Item>; dropped: string[]; add(name: string, bytes: number): Item } {
  const dropped: string[] = [];
  const cache = new KernelCache<Item>(
    { most, mostBytes },
    ({ bytes }) => bytes,
    ({ name }) => dropped.push(name),
  );
  return { cache, dropped, add: (name, bytes) => cache.get(name, () => ({ name, bytes })) };
}

test("beyond a number of values, the one not used for longest goes", () => {
  const { cache, dropped, add } = cacheOf(2, 100);
  add("a", 1);
  add("b", 1);
  add("a", 1);
  add("c", 1);
  expect([dropped, cache.size]).toEqual([["b"], 2]);
});

test("beyond a number of bytes, as many go as have to, but never the one just made", () => {
  const { cache, dropped, add } = cacheOf(10, 100);
  add("a", 60).bytes = 70;
  add("b", 30);
  expect(dropped).toEqual([]);
  add("c", 20);
  expect(dropped).toEqual(["a"]);
  add("d", 1000);
  expect([dropped, cache.size]).toEqual([["a", "b", "c"], 1]);
});
