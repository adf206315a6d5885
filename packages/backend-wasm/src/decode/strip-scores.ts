import { f32x4, FunctionBody, i32x4, type Local, shuffle, v128 } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { paddedTo4, storageBytes } from "../memory/storage.ts";
import { load4, loadPair } from "../vectors/load4.ts";
import { eachPair, startPair, startReadAhead, scalesParameter, type StripShape, unrolled } from "./strip-shape.ts";
import { joinStored, storeForJoin, vectorPair } from "../vectors/vector-pairs.ts";
import { remember } from "../vectors/remember.ts";

/** `stripScores(query, key, keyStride, scores, end, room)`: scores[row][0…] = query[row] · key[0…] for a few rows, two keys at a time until `scores`
 *  reaches `end`. Keys are read where they are; for int8 there is a seventh parameter: scales. Rows of query lie `paddedTo4(headDim)` apart, zero behind
 *  headDim. `room` is memory for `stripRoom` bytes.
 *  Per vector: 2 loads of keys, `rows` of query, 2 × rows fused multiply-adds. */
export const emitStripScores: (shape: StripShape) => FunctionBody = remember(writeStripScores);

function writeStripScores({ headDim, storage, rows, scoreStride, simd }: StripShape): FunctionBody {
  const f = new FunctionBody();
  const { query, key, keyStride, scores, end, room, scales } = f.parameters({
    query: "i32",
    key: "i32",
    keyStride: "i32",
    scores: "i32",
    end: "i32",
    room: "i32",
    ...scalesParameter(storage),
  });
  const pair = vectorPair(simd);
  const vectors = (): Local[] => f.locals("v128", pair.length);
  // One or two rows alone would wait for their own sums: they get two each, for even and odd steps.
  const sets = rows <= 2 ? 2 : 1;
  /** By set, row, key and vector of a pair. */
  const sums = Array.from({ length: sets }, () => Array.from({ length: rows }, () => [vectors(), vectors()]));
  const loaded = [vectors(), vectors()];
  const part = f.local("v128");
  const [left, last] = f.locals("i32", 2);
  const keys = f.locals("i32", 2);
  const queryStride = paddedTo4(headDim) * 4;
  const keyBytes = storageBytes[storage];
  const advance = [...keys.map((pointer) => [pointer, keyBytes] as const), [left, 4] as const];
  const bothScales = f.local("v128");

  /** Adds the products of `count` vectors from number `index` on. */
  const add = (index: number, count: number): void => {
    const set = sums[Math.floor(index / count) % sets];
    for (const [row, both] of set.entries()) {
      for (let vector = 0; vector < count; vector++) {
        f.set(part, v128.load(left, row * queryStride + (index + vector) * 16));
        for (const [k, sum] of both.entries()) multiplyAdd(f, part, loaded[k][vector], sum[vector], simd);
      }
    }
  };
  const step = (index: number): void => {
    if (index % pair.length > 0) return;
    for (const [k, pointer] of keys.entries()) {
      if (pair.length === 2) loadPair(f, storage, pointer, index * 4 * keyBytes, loaded[k]);
      else f.set(loaded[k][0], load4(f, storage, pointer, index * 4 * keyBytes));
    }
    add(index, pair.length);
  };
  /** The last vectors of a row, the very last perhaps not whole. */
  const stepAlone = (index: number, lanes: number): void => {
    for (const [k, pointer] of keys.entries()) {
      const numbers = load4(f, storage, pointer, index * 4 * keyBytes);
      const inside = i32x4.const(-1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0);
      f.set(loaded[k][0], lanes < 4 ? v128.and(numbers, inside) : numbers);
    }
    add(index, 1);
  };

  const ahead = startReadAhead(f, simd, keyStride, headDim, keyBytes, 3);
  eachPair(f, scores, end, () => {
    startPair(f, key, keyStride, keys, headDim * keyBytes, ahead);
    if (scales) {
      f.set(bothScales, v128.load64_splat(scales));
      f.increase(scales, 8);
    }
    for (const sum of sums.flat(3)) f.set(sum, f32x4.const(0));
    f.set(left, query);
    const rest = unrolled(f, left, last, advance, headDim, ahead, step);
    for (let column = rest; column < headDim; column += 4) {
      stepAlone((column - rest) / 4, Math.min(4, headDim - column));
    }
    // of each row first even and odd lanes of both keys, then two rows at a time
    for (let row = 0; row < rows; row++) {
      for (const vector of pair.keys()) {
        const [a, b] = [0, 1].map((k) => sums[0][row][k][vector]);
        for (const [k, own] of [a, b].slice(0, 2 * (sets - 1)).entries()) {
          f.set(own, f32x4.add(own, sums[1][row][k][vector]));
        }
        addShuffled(f, a, b, [0, 4, 1, 5], [2, 6, 3, 7]);
      }
    }
    const ends = Array.from({ length: Math.ceil(rows / 2) }, (_, index) => ({
      row: 2 * index,
      room: { address: room, offset: index * 32 },
      sums: pair.map((_, vector) => {
        const a = sums[0][2 * index][0][vector];
        addShuffled(f, a, sums[0][Math.min(2 * index + 1, rows - 1)][0][vector], [0, 1, 4, 5], [2, 3, 6, 7]);
        return a;
      }),
    }));
    for (const { sums: both, room: place } of ends) storeForJoin(f, both, place);
    for (const { row, sums: both, room: place } of ends) {
      joinStored(f, both, "f32x4.add", place);
      f.set(part, scales ? f32x4.mul(both[0], bothScales) : both[0]);
      for (let one = row; one < Math.min(row + 2, rows); one++) {
        f.emit(v128.store64_lane(scores, part, one * scoreStride, one - row));
      }
    }
  });
  return f;
}

/** a = lanes of a (0 to 3) and b (4 to 7) + others of both */
function addShuffled(f: FunctionBody, a: Local, b: Local, lanes: readonly number[], others: readonly number[]): void {
  f.set(a, f32x4.add(shuffle(a, b, lanes), shuffle(a, b, others)));
}
