import { FunctionBody, type Local } from "./assembler.ts";
import { multiplyAdd } from "./microkernel.ts";
import { emitLoad4, paddedTo4, storageBytes } from "./pack.ts";
import { eachPair, startPair, startReadAhead, stripParameters, type StripShape, unrolled } from "./strip-shape.ts";

/** `stripScores(query, key, keyStride, scores, end)`: scores[row][0…] = query[row] · key[0…] for a few rows, two keys at a time until `scores`
 *  reaches `end`. Keys are read where they are; for int8 there is a sixth parameter: scales. Rows of query lie `paddedTo4(headDim)` apart, zero behind
 *  headDim.
 *  Per four numbers: 2 loads of keys, `rows` of query, 2 × rows fused multiply-adds. */
export function emitStripScores({ headDim, storage, rows, scoreStride, relaxed }: StripShape): FunctionBody {
  const f = new FunctionBody(stripParameters(storage));
  const [query, key, keyStride, scores, end] = [0, 1, 2, 3, 4].map((index) => f.parameter(index));
  const vectors = (count: number): Local[] => Array.from({ length: count }, () => f.local("v128"));
  // One or two rows alone would wait for their own sums: they get two each, for even and odd steps.
  const sets = rows <= 2 ? 2 : 1;
  const sums = Array.from({ length: sets }, () => Array.from({ length: rows }, () => vectors(2)));
  const loaded = vectors(2);
  const part = f.local("v128");
  const left = f.local("i32");
  const last = f.local("i32");
  const keys = [f.local("i32"), f.local("i32")];
  const queryStride = paddedTo4(headDim) * 4;
  const keyBytes = storageBytes[storage];
  const advance = [...keys.map((pointer) => [pointer, keyBytes] as const), [left, 4] as const];
  const scales = storage === "int8" ? f.parameter(5) : null;
  const bothScales = f.local("v128");

  const step = (index: number, lanes: number): void => {
    for (const [k, pointer] of keys.entries()) {
      emitLoad4(f, storage, pointer, index * 4 * keyBytes);
      if (lanes < 4) {
        f.i32x4(-1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0);
        f.op("v128.and");
      }
      f.set(loaded[k]);
    }
    for (const [row, pair] of sums[index % sets].entries()) {
      f.get(left);
      f.memory("v128.load", row * queryStride + index * 16);
      f.set(part);
      for (const [k, sum] of pair.entries()) multiplyAdd(f, part, loaded[k], sum, relaxed);
    }
  };

  const ahead = startReadAhead(f, keyStride, headDim, keyBytes);
  eachPair(f, scores, end, () => {
    startPair(f, key, keyStride, keys, headDim * keyBytes, ahead);
    if (scales) {
      f.get(scales);
      f.memory("v128.load64_splat");
      f.set(bothScales);
      f.increase(scales, 8);
    }
    for (const sum of sums.flat(2)) {
      f.f32x4(0);
      f.set(sum);
    }
    f.get(query);
    f.set(left);
    const rest = unrolled(f, left, last, advance, headDim, ahead, (index) => step(index, 4));
    for (let column = rest; column < headDim; column += 4) step((column - rest) / 4, Math.min(4, headDim - column));
    for (let row = 0; row < rows; row++) {
      for (const [k, sum] of sums[0][row].entries()) {
        if (sets === 1) continue;
        f.get(sum);
        f.get(sums[1][row][k]);
        f.op("f32x4.add");
        f.set(sum);
      }
      const [a, b] = sums[0][row];
      shuffled(f, a, b, [0, 4, 1, 5]);
      shuffled(f, a, b, [2, 6, 3, 7]);
      f.op("f32x4.add");
      f.set(a);
    }
    // Of a row there are now even and odd halves for both keys; two rows are finished at a time.
    for (let row = 0; row < rows; row += 2) {
      const a = sums[0][row][0];
      const b = sums[0][Math.min(row + 1, rows - 1)][0];
      shuffled(f, a, b, [0, 1, 4, 5]);
      shuffled(f, a, b, [2, 3, 6, 7]);
      f.op("f32x4.add");
      if (scales) {
        f.get(bothScales);
        f.op("f32x4.mul");
      }
      f.set(part);
      for (let one = row; one < Math.min(row + 2, rows); one++) {
        f.get(scores);
        f.get(part);
        f.memoryLane("v128.store64_lane", one * scoreStride, one - row);
      }
    }
  });
  return f;
}

function shuffled(f: FunctionBody, a: Local, b: Local, lanes: readonly number[]): void {
  f.get(a);
  f.get(b);
  f.op("i8x16.shuffle", ...lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte)));
}
