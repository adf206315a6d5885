import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { multiplyAdd } from "../products/microkernel.ts";
import { emitLoad4, emitLoadPair, paddedTo4, paddedTo8, storageBytes } from "../products/pack.ts";
import { eachPair, startPair, startReadAhead, stripParameters, type StripShape, unrolled } from "./strip-shape.ts";
import { storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { remember } from "../vectors/remember.ts";

/** `stripSums(weights, value, valueStride, sums, end)`: sums[row] += Σ weights[row][k] × value[k] for a few rows, two keys at a time until `weights`
 *  reaches `end`. Values are read where they are; for int8 there is a sixth parameter: scales. Rows of sums lie `paddedTo8(valueDim)` apart.
 *  Per vector of columns: 2 loads of values, `rows` loads and stores of sums, 2 × rows fused multiply-adds.
 *  @param skipZeros leaves out every product whose weight is 0, so that NaN and Infinity in values stay without influence there; all other
 *  bits stay the same. Slower. */
export const emitStripSums: (shape: StripShape, skipZeros: boolean) => FunctionBody = remember(writeStripSums);

function writeStripSums(shape: StripShape, skipZeros: boolean): FunctionBody {
  const { valueDim, storage, rows, scoreStride, simd } = shape;
  const f = new FunctionBody(stripParameters(storage));
  const [weights, value, valueStride, sums, end] = [0, 1, 2, 3, 4].map((index) => f.parameter(index));
  const vectors = (count: number): Local[] => Array.from({ length: count }, () => f.local("v128"));
  const factors = Array.from({ length: rows }, () => vectors(2));
  const pair = vectorPair(simd);
  const loaded = [vectors(pair.length), vectors(pair.length)];
  const sum = vectors(pair.length);
  const seen = f.local("v128");
  const to = f.local("i32");
  const last = f.local("i32");
  const values = [f.local("i32"), f.local("i32")];
  const columns = paddedTo4(valueDim);
  const sumStride = paddedTo8(valueDim) * 4;
  const valueBytes = storageBytes[storage];
  const advance = [...values.map((pointer) => [pointer, valueBytes] as const), [to, 4] as const];
  const scales = storage === "int8" ? f.parameter(5) : null;
  const pairScales = vectors(2);

  /** `count` vectors of columns. */
  const add = (index: number, count: number): void => {
    const part = sum.slice(0, count);
    for (const [row, both] of factors.entries()) {
      for (const [vector, own] of part.entries()) {
        f.get(to);
        f.memory("v128.load", row * sumStride + (index + vector) * 16);
        f.set(own);
        for (const [k, factor] of both.entries()) {
          let taken = loaded[k][vector];
          if (skipZeros) {
            f.get(taken);
            f.get(factor);
            f.f32x4(0);
            f.op("f32x4.ne");
            f.op("v128.and");
            f.set(seen);
            taken = seen;
          }
          multiplyAdd(f, factor, taken, own, simd);
        }
      }
      storePair(f, to, row * sumStride + index * 16, part);
    }
  };
  const stepAlone = (index: number): void => {
    for (const [k, pointer] of values.entries()) {
      emitLoad4(f, storage, pointer, index * 4 * valueBytes);
      f.set(loaded[k][0]);
    }
    add(index, 1);
  };
  const step = (index: number): void => {
    if (pair.length === 1) stepAlone(index);
    else if (index % 2 === 0) {
      for (const [k, pointer] of values.entries()) {
        emitLoadPair(f, storage, pointer, index * 4 * valueBytes, loaded[k]);
      }
      add(index, 2);
    }
  };

  const ahead = startReadAhead(f, simd, valueStride, valueDim, valueBytes, 4);
  eachPair(f, weights, end, () => {
    startPair(f, value, valueStride, values, valueDim * valueBytes, ahead);
    if (scales) {
      for (const [k, scale] of pairScales.entries()) {
        f.get(scales);
        f.memory("v128.load32_splat", k * 4);
        f.set(scale);
      }
      f.increase(scales, 8);
    }
    for (const [row, pair] of factors.entries()) {
      for (const [k, factor] of pair.entries()) {
        f.get(weights);
        f.memory("v128.load32_splat", row * scoreStride + k * 4);
        f.set(factor);
        if (!scales) continue;
        // a weight of 0 stays 0, whatever the scale
        f.get(factor);
        f.get(pairScales[k]);
        f.op("f32x4.mul");
        f.get(factor);
        f.f32x4(0);
        f.op("f32x4.ne");
        f.op("v128.and");
        f.set(factor);
      }
    }
    f.get(sums);
    f.set(to);
    const rest = unrolled(f, to, last, advance, columns, ahead, step);
    for (let column = rest; column < columns; column += 4) stepAlone((column - rest) / 4);
  });
  return f;
}
