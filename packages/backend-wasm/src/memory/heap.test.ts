import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BackendError } from "../backend-error.ts";
import { Heap, readAhead } from "./heap.ts";

const page = 65536;

test("blocks start at cache lines, hold what was asked for and 64 spare bytes, and do not overlap", () => {
  const heap = new Heap();
  const [a, b, c] = [1, 64, 1000].map((bytes) => heap.allocate(bytes));
  expect([a % 64, b % 64, c % 64]).toEqual([0, 0, 0]);
  expect(a).toBeGreaterThanOrEqual(page);
  expect(b - a).toBeGreaterThanOrEqual(1 + 64);
  expect(c - b).toBeGreaterThanOrEqual(64 + 64);
  expect(heap.bytesHeld).toBe(128 + 128 + 1088);
});

test("neighbors that are free become one, in whatever order they were freed", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    // prettier-ignore
    const heap = new Heap();
    const blocks = [0, 1, 2].map(() => heap.allocate(960));
    const behind = heap.allocate(0);
    for (const index of order) heap.free(blocks[index]);
    expect(heap.allocate(3 * 1024 - 64)).toBe(blocks[0]);
    heap.free(behind);
  }
});

test("any sequence of requests keeps blocks apart and leaves nothing held", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(9)), { maxLength: 60 }), (steps) => {
      const heap = new Heap();
      const held: { start: number; end: number }[] = [];
      for (const [bytes, victim] of steps) {
        if (victim < held.length) heap.free(held.splice(victim, 1)[0].start);
        const start = heap.allocate(bytes);
        const end = start + bytes + 64;
        expect(held.every((other) => other.end <= start || end <= other.start)).toBe(true);
        expect(end).toBeLessThanOrEqual(heap.bytes - readAhead);
        held.push({ start, end });
      }
      for (const { start } of held) heap.free(start);
      expect(heap.bytesHeld).toBe(0);
    }),
  );
});

test.each([false, true])("memory grows when it must, shared (%s) or not, and keeps what is in it", (shared) => {
  const heap = new Heap({ shared, maximumBytes: 64 * page });
  const first = heap.allocate(8);
  const before = heap.f32;
  before[first / 4] = 7;
  heap.allocate(8 * page);
  expect(heap.f32).not.toBe(before);
  expect(heap.f32[first / 4]).toBe(7);
  expect(heap.f32.byteLength).toBe(heap.bytes);
});

test("what does not fit is refused with nothing changed", () => {
  const heap = new Heap({ maximumBytes: 4 * page });
  const block = heap.allocate(page);
  const [bytes, held] = [heap.bytes, heap.bytesHeld];
  expect(() => heap.allocate(3 * page)).toThrow(BackendError);
  expect(() => heap.allocate(3 * page)).toThrow(`out of memory: ${3 * page + 64} bytes more do not fit`);
  expect([heap.bytes, heap.bytesHeld]).toEqual([bytes, held]);
  heap.free(block);
  expect(heap.allocate(3 * page - readAhead - 64)).toBe(block);
});

test("what was freed is overwritten by scrub, and where a block of zeros is asked for; what is held is not", () => {
  const heap = new Heap();
  const [first, second] = [heap.allocate(960), heap.allocate(960)];
  for (const block of [first, second]) heap.u8.fill(7, block, block + 960);
  heap.free(first);
  const reused = heap.allocate(100);
  expect([reused, heap.u8[reused], heap.u8[reused + 500]]).toEqual([first, 7, 7]);
  heap.scrub();
  // the block that was given out again is its holder's
  expect([heap.u8[reused], heap.u8[reused + 500], heap.u8[second]]).toEqual([7, 0, 7]);
  heap.free(second);
  const zeros = heap.allocateZeros(900);
  expect([zeros, heap.u8.subarray(zeros, zeros + 900).some((byte) => byte !== 0)]).toEqual([reused + 192, false]);
});

test("of however many blocks that were freed, nothing is left after scrub", () => {
  const heap = new Heap();
  const blocks = Array.from({ length: 1000 }, () => heap.allocate(8));
  for (const block of blocks) heap.u8.fill(7, block, block + 8);
  const kept = blocks.filter((_, index) => index % 3 === 0);
  for (const [index, block] of blocks.entries()) if (index % 3 !== 0) heap.free(block);
  heap.scrub();
  expect(heap.u8.reduce((sum, byte) => sum + byte, 0)).toBe(kept.length * 8 * 7);
});

test("freeing twice, or what is no block, is refused", () => {
  const heap = new Heap();
  const block = heap.allocate(4);
  heap.free(block);
  expect(() => heap.free(block)).toThrow(BackendError);
  expect(() => heap.free(block + 4)).toThrow("no block starts at");
});

test.each([-1, 0.5, NaN, Infinity])("%s bytes are refused", (bytes) => {
  expect(() => new Heap().allocate(bytes)).toThrow(BackendError);
});

test("a limit below two pages is refused", () => {
  expect(() => new Heap({ maximumBytes: page })).toThrow(BackendError);
});
