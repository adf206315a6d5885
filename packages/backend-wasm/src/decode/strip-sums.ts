import { f32x4, FunctionBody, type Local, v128, type Value } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { paddedTo4, paddedTo8, storageBytes } from "../memory/storage.ts";
import { load4, loadPair } from "../vectors/load4.ts";
import { eachPair, startPair, startReadAhead, scalesParameter, type StripShape, unrolled } from "./strip-shape.ts";
import { storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { remember } from "../vectors/remember.ts";

/** `stripSums(weights, value, valueStride, sums, end)`: sums[row] += Σ weights[row][k] × value[k] for a few rows, two keys at a time until `weights`
 *  reaches `end`. Values are read where they are; for int8 there is a sixth parameter: scales. Rows of sums lie `paddedTo8(valueDim)` apart.
 *  Per vector of columns: 2 loads of values, `rows` loads and stores of sums, 2 × rows fused multiply-adds.
 *  @param skipZeros leaves out every product whose weight is 0, so that NaN and Infinity in values are masked there; all other
 *  bits stay the same. Slower. */
export const emitStripSums: (shape: StripShape, skipZeros: boolean) => FunctionBody = remember(writeStripSums);

function writeStripSums(shape: StripShape, skipZeros: boolean): FunctionBody {
  const { valueDim, storage, rows, scoreStride, simd } = shape;
  const f = new FunctionBody();
  const { weights, value, valueStride, sums, end, scales } = f.parameters({
    weights: "i32",
    value: "i32",
    valueStride: "i32",
    sums: "i32",
    end: "i32",
    ...scalesParameter(storage),
  });
  const vectors = (count: number): Local[] => f.locals("v128", count);
  const factors = Array.from({ length: rows }, () => vectors(2));
  const pair = vectorPair(simd);
  const loaded = [vectors(pair.length), vectors(pair.length)];
  const sum = vectors(pair.length);
  const seen = f.local("v128");
  const [to, last] = f.locals("i32", 2);
  const values = f.locals("i32", 2);
  const columns = paddedTo4(valueDim);
  const sumStride = paddedTo8(valueDim) * 4;
  const valueBytes = storageBytes[storage];
  const advance = [...values.map((pointer) => [pointer, valueBytes] as const), [to, 4] as const];
  const pairScales = vectors(2);

  /** `count` vectors of columns. */
  const add = (index: number, count: number): void => {
    const part = sum.slice(0, count);
    for (const [row, both] of factors.entries()) {
      for (const [vector, own] of part.entries()) {
        f.set(own, v128.load(to, row * sumStride + (index + vector) * 16));
        for (const [k, factor] of both.entries()) {
          const taken = loaded[k][vector];
          if (skipZeros) f.set(seen, v128.and(taken, f32x4.ne(factor, 0)));
          multiplyAdd(f, factor, skipZeros ? seen : taken, own, simd);
        }
      }
      storePair(f, to, row * sumStride + index * 16, part);
    }
  };
  const stepAlone = (index: number): void => {
    const load = (pointer: Local): Value => load4(f, storage, pointer, index * 4 * valueBytes);
    for (const [k, pointer] of values.entries()) f.set(loaded[k][0], load(pointer));
    add(index, 1);
  };
  const step = (index: number): void => {
    if (pair.length === 1) stepAlone(index);
    else if (index % 2 === 0) {
      for (const [k, pointer] of values.entries()) loadPair(f, storage, pointer, index * 4 * valueBytes, loaded[k]);
      add(index, 2);
    }
  };

  const ahead = startReadAhead(f, simd, valueStride, valueDim, valueBytes, 4);
  eachPair(f, weights, end, () => {
    startPair(f, value, valueStride, values, valueDim * valueBytes, ahead);
    if (scales) {
      for (const [k, scale] of pairScales.entries()) f.set(scale, v128.load32_splat(scales, k * 4));
      f.increase(scales, 8);
    }
    for (const [row, pair] of factors.entries()) {
      for (const [k, factor] of pair.entries()) {
        f.set(factor, v128.load32_splat(weights, row * scoreStride + k * 4));
        // a weight of 0 stays 0, whatever the scale
        if (scales) f.set(factor, v128.and(f32x4.mul(factor, pairScales[k]), f32x4.ne(factor, 0)));
      }
    }
    f.set(to, sums);
    const rest = unrolled(f, to, last, advance, columns, ahead, step);
    for (let column = rest; column < columns; column += 4) stepAlone((column - rest) / 4);
  });
  return f;
}
