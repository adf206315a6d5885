import { FunctionBody, type Local } from "./assembler.ts";
import { multiplyAdd } from "./microkernel.ts";
import { emitLoad4, paddedTo4, paddedTo8, storageBytes } from "./pack.ts";
import { eachPair, startPair, startReadAhead, stripParameters, type StripShape, unrolled } from "./strip-shape.ts";

/** `stripSums(weights, value, valueStride, sums, end)`: sums[row] += Σ weights[row][k] × value[k] for a few rows, two keys at a time until `weights`
 *  reaches `end`. Values are read where they are; for int8 there is a sixth parameter: scales. Rows of sums lie `paddedTo8(valueDim)` apart.
 *  Per four columns: 2 loads of values, `rows` loads and stores of sums, 2 × rows fused multiply-adds.
 *  @param skipZeros leaves out every product whose weight is 0, so that NaN and Infinity in values stay without influence there; all other
 *  bits stay the same. Slower. */
export function emitStripSums(shape: StripShape, skipZeros: boolean): FunctionBody {
  const { valueDim, storage, rows, scoreStride, relaxed } = shape;
  const f = new FunctionBody(stripParameters(storage));
  const [weights, value, valueStride, sums, end] = [0, 1, 2, 3, 4].map((index) => f.parameter(index));
  const vectors = (count: number): Local[] => Array.from({ length: count }, () => f.local("v128"));
  const factors = Array.from({ length: rows }, () => vectors(2));
  const loaded = vectors(2);
  const sum = f.local("v128");
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

  const step = (index: number): void => {
    for (const [k, pointer] of values.entries()) {
      emitLoad4(f, storage, pointer, index * 4 * valueBytes);
      f.set(loaded[k]);
    }
    for (const [row, pair] of factors.entries()) {
      f.get(to);
      f.memory("v128.load", row * sumStride + index * 16);
      f.set(sum);
      for (const [k, factor] of pair.entries()) {
        let taken = loaded[k];
        if (skipZeros) {
          f.get(taken);
          f.get(factor);
          f.f32x4(0);
          f.op("f32x4.ne");
          f.op("v128.and");
          f.set(seen);
          taken = seen;
        }
        multiplyAdd(f, factor, taken, sum, relaxed);
      }
      f.get(to);
      f.get(sum);
      f.memory("v128.store", row * sumStride + index * 16);
    }
  };

  const ahead = startReadAhead(f, valueStride, valueDim, valueBytes);
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
    for (let column = rest; column < columns; column += 4) step((column - rest) / 4);
  });
  return f;
}
