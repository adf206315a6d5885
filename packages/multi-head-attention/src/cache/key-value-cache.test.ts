import {
  arange,
  concatenate,
  concatenateRows,
  dequantizeRows,
  isQuantized,
  quantizeRows,
  randomGenerator,
  reshape,
  slice,
  sliceRows,
  toArray,
  zeros,
  type Tensor,
} from "@fovea/tensor";
import { expect, test } from "vitest";
import { CacheError } from "./cache-error.ts";
import { type CacheOptions, KeyValueCache } from "./key-value-cache.ts";
import { referenceBackend, type Backend } from "@fovea/dot-product-attention";

const random = randomGenerator(1);
/** Keys of 3 numbers and values of 2 for 2 batch elements of 2 heads. */
const fresh = (tokens: number): [key: Tensor, value: Tensor] => [
  random.normal([2, 2, tokens, 3]),
  random.normal([2, 2, tokens, 2]),
];

test("what was appended in pieces is there in one piece", () => {
  const cache = new KeyValueCache();
  const pieces = [4, 1, 1, 5, 1].map(fresh);
  for (const [key, value] of pieces) cache.append(key, value);
  expect(cache.length).toBe(12);
  expect(toArray(cache.key)).toEqual(
    toArray(
      concatenate(
        pieces.map(([key]) => key),
        2,
      ),
    ),
  );
  expect(toArray(cache.value)).toEqual(
    toArray(
      concatenate(
        pieces.map(([, value]) => value),
        2,
      ),
    ),
  );
});

test("key and value are views of its memory", () => {
  const cache = new KeyValueCache({ capacity: 8 });
  cache.append(...fresh(2));
  const before = cache.key.data;
  cache.append(...fresh(3));
  expect(cache.key.data).toBe(before);
  expect(cache.key.shape).toEqual([2, 2, 5, 3]);
});

test("growing moves tokens a bounded number of times", () => {
  const cache = new KeyValueCache();
  const memories = new Set<unknown>();
  for (let token = 0; token < 1000; token++) {
    cache.append(zeros([1, 1, 1, 4]), zeros([1, 1, 1, 4]));
    memories.add(cache.key.data);
  }
  expect(memories.size).toBeLessThanOrEqual(11); // doubling: 1, 2 · 2, … past 1000
  expect(cache.capacity).toBeLessThanOrEqual(2048);
});

test("a fixed capacity is allocated at once and refuses more, changing nothing", () => {
  const cache = new KeyValueCache({ capacity: 4 });
  cache.append(...fresh(3));
  expect(cache.capacity).toBe(4);
  const held = toArray(cache.key);
  expect(() => cache.append(...fresh(2))).toThrow(CacheError);
  expect(() => cache.append(...fresh(2))).toThrow("room for 4 tokens; 3 are there and 2 came");
  expect(toArray(cache.key)).toEqual(held);
});

test("sizes that do not continue what is there are refused, changing nothing", () => {
  const cache = new KeyValueCache();
  cache.append(...fresh(1));
  expect(() => cache.append(zeros([1, 2, 1, 3]), zeros([1, 2, 1, 2]))).toThrow(
    "key must be [2, 2, tokens, 3], got [1, 2, 1, 3]",
  );
  expect(() => cache.append(zeros([2, 2, 1, 3]), zeros([2, 2, 1, 4]))).toThrow("value must be [2, 2, tokens, 2]");
  expect(() => cache.append(zeros([2, 2, 1, 3]), zeros([2, 2, 2, 2]))).toThrow("agree in batch, key heads and tokens");
  expect(() => cache.append(zeros([2, 2, 3]), zeros([2, 2, 2]))).toThrow(CacheError);
  expect(cache.length).toBe(1);
});

test("truncating forgets the last tokens", () => {
  const cache = new KeyValueCache();
  const [key, value] = fresh(5);
  cache.append(key, value);
  cache.truncate(2);
  expect(toArray(cache.key)).toEqual(toArray(slice(key, [null, null, [0, 2]])));
  const [later, laterValue] = fresh(1);
  cache.append(later, laterValue);
  expect(toArray(cache.value)).toEqual(toArray(concatenate([slice(value, [null, null, [0, 2]]), laterValue], 2)));
  expect(() => cache.truncate(4)).toThrow("from 0 to 3, got 4");
});

test("an emptied cache takes another batch", () => {
  const cache = new KeyValueCache();
  cache.append(...fresh(2));
  cache.truncate(0);
  cache.append(zeros([5, 1, 1, 3]), zeros([5, 1, 1, 3]));
  expect(cache.key.shape).toEqual([5, 1, 1, 3]);
});

test("reordering lets beams go on, twice or not at all", () => {
  const cache = new KeyValueCache();
  const [key, value] = fresh(3);
  cache.append(key, value);
  cache.reorder([1, 1, 0]);
  expect(cache.key.shape).toEqual([3, 2, 3, 3]);
  const rows = [1, 1, 0].map((b) => slice(key, [[b, b + 1]]));
  expect(toArray(cache.key)).toEqual(toArray(concatenate(rows, 0)));
  expect(toArray(cache.value)).toEqual(
    toArray(
      concatenate(
        [1, 1, 0].map((b) => slice(value, [[b, b + 1]])),
        0,
      ),
    ),
  );
  expect(() => cache.reorder([3])).toThrow("from 0 to 2");
  expect(() => cache.reorder([])).toThrow(CacheError);
});

const numbered = (from: number, tokens: number): Tensor =>
  reshape(slice(arange(1000), [[from, from + tokens]]), [1, 1, tokens, 1]);

test("a window keeps the sinks and the most recent tokens for the next append, and sees all new ones", () => {
  const cache = new KeyValueCache({ window: { recent: 3, sinks: 2 } });
  const append = (from: number, tokens: number): number[] => {
    cache.append(numbered(from, tokens), numbered(from, tokens));
    expect(toArray(cache.value)).toEqual(toArray(cache.key));
    return toArray(cache.key);
  };
  expect(append(0, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(cache.nextPosition).toBe(5);
  expect(append(7, 1)).toEqual([0, 1, 4, 5, 6, 7]);
  expect(append(8, 2)).toEqual([0, 1, 5, 6, 7, 8, 9]);
  const memories = new Set<unknown>();
  for (let token = 10; token < 900; token++) {
    expect(append(token, 1)).toEqual([0, 1, token - 3, token - 2, token - 1, token]);
    memories.add(cache.key.data);
  }
  expect(memories.size).toBe(1);
  expect(cache.capacity).toBeLessThan(20);
});

test("16-bit storage rounds what comes in", () => {
  const cache = new KeyValueCache({ dtype: "bfloat16" });
  const [key, value] = [reshape(arange(3), [1, 1, 1, 3]), reshape(arange(3), [1, 1, 1, 3])];
  cache.append(key, value);
  expect(cache.key.dtype).toBe("bfloat16");
  expect(toArray(cache.key)).toEqual([0, 1, 2]);
});

test("int8 storage rounds each vector by its own scale, and keeps scales with their vectors", () => {
  const cache = new KeyValueCache({ dtype: "int8", window: { recent: 3, sinks: 1 } });
  const pieces = [4, 1, 2, 1].map(fresh);
  for (const [key, value] of pieces) cache.append(key, value);
  cache.reorder([1, 0, 1]);
  cache.truncate(4);
  // of 8 tokens 0, 4 to 6 and 7 are there, and 7 is forgotten
  for (const [side, held] of [cache.key, cache.value].entries()) {
    const parts = pieces.map((piece) => piece[side]);
    const all = quantizeRows(concatenate(parts, 2));
    const kept = concatenateRows(
      [0, 4, 5, 6].map((token) => sliceRows(all, [null, null, [token, token + 1]])),
      2,
    );
    const expected = concatenateRows(
      [1, 0, 1].map((b) => sliceRows(kept, [[b, b + 1]])),
      0,
    );
    expect(isQuantized(held) && toArray(dequantizeRows(held))).toEqual(toArray(dequantizeRows(expected)));
  }
});

test("quantized keys come into caches of any storage as the numbers they stand for", () => {
  const [key, value] = fresh(3).map(quantizeRows);
  const floats = new KeyValueCache({ dtype: "float32" });
  floats.append(key, value);
  expect(toArray(floats.key)).toEqual(toArray(dequantizeRows(key)));
  const same = KeyValueCache.fixed(key, value);
  expect(isQuantized(same.value) && toArray(dequantizeRows(same.value))).toEqual(toArray(dequantizeRows(value)));
});

test("a fixed cache neither appends nor truncates but follows beams", () => {
  const [key, value] = fresh(3);
  const cache = KeyValueCache.fixed(key, value);
  expect(cache.isFixed).toBe(true);
  expect(() => cache.append(key, value)).toThrow("the cache is fixed");
  expect(() => cache.truncate(0)).toThrow("the cache is fixed");
  cache.reorder([1]);
  expect(toArray(cache.key)).toEqual(toArray(slice(key, [[1, 2]])));
});

test("dispose overwrites everything with zeros, and later use throws", () => {
  const cache = new KeyValueCache();
  cache.append(...fresh(2));
  const [key, value] = [cache.key, cache.value];
  expect(toArray(key).some((number) => number !== 0)).toBe(true);
  cache[Symbol.dispose]();
  expect([...toArray(key), ...toArray(value)].every((number) => number === 0)).toBe(true);
  for (const use of [
    () => cache.length,
    () => cache.key,
    () => cache.append(...fresh(1)),
    () => cache.truncate(0),
    () => cache.reorder([0]),
  ]) {
    expect(use).toThrow("it has been disposed of");
  }
  expect(() => cache.dispose()).not.toThrow();
});

test("memory that is left behind by growing or reordering is overwritten too", () => {
  const cache = new KeyValueCache();
  cache.append(...fresh(2));
  const first = cache.key;
  cache.append(...fresh(2));
  expect(toArray(first).every((number) => number === 0)).toBe(true);
  const second = cache.value;
  cache.reorder([1, 0]);
  expect(toArray(second).every((number) => number === 0)).toBe(true);
});

test("options that make no sense are refused", () => {
  expect(() => new KeyValueCache({ capacity: 0 })).toThrow(CacheError);
  expect(() => new KeyValueCache({ window: { recent: 0 } })).toThrow("window.recent");
  const misspelt = { capacty: 8 } as CacheOptions;
  expect(() => new KeyValueCache(misspelt)).toThrow('there is no "capacty" in options');
  const row = zeros([1, 1, 1, 2]);
  expect(() => KeyValueCache.fixed(row, row, { dype: "int8" } as CacheOptions)).toThrow(
    'there is no "dype" in options',
  );
  const window = { recent: 8, sink: 4 } as { recent: number };
  expect(() => new KeyValueCache({ window })).toThrow('there is no "sink" in window');
  expect(() => new KeyValueCache({ window: { recent: 1 }, capacity: 3 })).toThrow("Leave capacity out");
  expect(() => new KeyValueCache().key).toThrow("the cache is empty");
});

/** Memory that moves whenever something is allocated, and knows who holds what. */
function movingMemory(): {
  readonly allocate: Backend["allocate"];
  readonly held: Set<number>;
  numbers(): Float32Array;
} {
  let numbers = new Float32Array(0);
  const held = new Set<number>();
  const allocate: Backend["allocate"] = (shape) => {
    const room = shape.reduce((product, length) => product * length, 1);
    const offset = numbers.length;
    const moved = new Float32Array(offset + room).fill(NaN, offset);
    moved.set(numbers);
    numbers = moved;
    held.add(offset);
    return {
      ...zeros(shape),
      offset,
      get data() {
        return numbers;
      },
      dispose: () => void held.delete(offset),
    };
  };
  return { allocate, held, numbers: () => numbers };
}

test.each([{}, { window: { recent: 4, sinks: 1 } }])("memory may come from elsewhere and may move (%j)", (options) => {
  const memory = movingMemory();
  const cache = new KeyValueCache({ ...options, backend: { ...referenceBackend, allocate: memory.allocate } });
  const usual = new KeyValueCache(options);
  for (let step = 0; step < 20; step++) {
    const [key, value] = fresh(1 + (step % 3));
    cache.append(key, value);
    usual.append(key, value);
    if (step === 7) for (const each of [cache, usual]) each.truncate(3);
    if (step === 9) for (const each of [cache, usual]) each.reorder([1, 0]);
    expect(toArray(cache.key)).toEqual(toArray(usual.key));
    expect(toArray(cache.value)).toEqual(toArray(usual.value));
    // keys and values, and once they were reordered what they left, for the next time
    expect(memory.held.size).toBeLessThanOrEqual(step < 9 ? 2 : 4);
  }
  cache.dispose();
  expect(memory.held.size).toBe(0);
  // what was ever written is zero now, what was never written is still NaN
  expect(memory.numbers().every((number) => number === 0 || Number.isNaN(number))).toBe(true);
});

test("memory that cannot be had leaves the cache as it was", () => {
  const memory = movingMemory();
  let left = 3;
  const allocate: Backend["allocate"] = (shape, dtype) => {
    if (left-- === 0) throw new RangeError("no more");
    return memory.allocate(shape, dtype);
  };
  const cache = new KeyValueCache({ backend: { ...referenceBackend, allocate } });
  const [key, value] = fresh(2);
  cache.append(key, value);
  expect(() => cache.append(...fresh(1))).toThrow("no more");
  expect(cache.length).toBe(2);
  expect(toArray(cache.key)).toEqual(toArray(key));
  expect(toArray(cache.value)).toEqual(toArray(value));
});
