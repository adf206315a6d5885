import { ShapeError, toFloat64, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";

/** Softmax attention over some of the keys: what one shard, worker or chunk knows. */
export interface AttentionPart {
  /** `[batch, heads, queries, valueDim]` */
  readonly output: Tensor;
  /** `[batch, heads, queries]`, natural log; -Infinity for a row that saw nothing, whose output is then not read. */
  readonly logSumExp: Tensor;
}

/** Joins attention over disjoint sets of keys into attention over all of them, exactly: each part weighs by `exp(logSumExp)`.
 *
 *  The parts are softmax attention with `returns: { logSumExp: true }`; the result is a part again, so parts may be joined in any grouping.
 *  With a sink, give it here and not to the parts: it counts once. A result with sinks cannot be joined further.
 *  A row that no part saw is zero with logSumExp -Infinity. Computed in float64; float64 if any part is, else float32.
 *  @param options.sinks `[heads]`, float
 *  @throws {AttentionError} without parts @throws {ShapeError} when parts differ in shape
 *  @see Dao et al. 2023, "Flash-Decoding" */
export function merge(parts: readonly AttentionPart[], options: { readonly sinks?: Tensor } = {}): AttentionPart {
  const shape = checkParts(parts);
  const valueDim = shape[3];
  const rowShape = shape.slice(0, 3);
  const dtype = parts.some(({ output, logSumExp }) => output.dtype === "float64" || logSumExp.dtype === "float64")
    ? "float64"
    : "float32";
  const sinks = options.sinks ? readSinks(options.sinks, shape[1]) : null;
  const outputs = parts.map((part) => toFloat64(part.output));
  const logs = parts.map((part) => toFloat64(part.logSumExp));
  const output = zeros(shape, dtype);
  const logSumExp = zeros(rowShape, dtype);

  const row = new Float64Array(valueDim);
  for (let r = 0; r < logSumExp.data.length; r++) {
    // pass 1: the largest logSumExp, subtracted below so that exp cannot overflow; NaN stays
    let largest = -Infinity;
    for (const log of logs) if (log[r] > largest || Number.isNaN(log[r])) largest = log[r];
    if (largest === -Infinity) {
      logSumExp.data[r] = -Infinity;
      continue;
    }
    // pass 2: the weighted mean of the parts; a part that saw nothing is left out, whatever its output holds
    row.fill(0);
    let sum = 0;
    for (let p = 0; p < parts.length; p++) {
      if (logs[p][r] === -Infinity) continue;
      const weight = Math.exp(logs[p][r] - largest);
      sum += weight;
      for (let d = 0; d < valueDim; d++) row[d] += weight * outputs[p][r * valueDim + d];
    }
    const log = largest + Math.log(sum);
    const head = Math.floor(r / shape[2]) % shape[1];
    const share = sinks === null ? 1 : 1 / (1 + Math.exp(sinks[head] - log));
    for (let d = 0; d < valueDim; d++) output.data[r * valueDim + d] = (row[d] / sum) * share;
    logSumExp.data[r] = log;
  }
  return { output, logSumExp };
}

function checkParts(parts: readonly AttentionPart[]): readonly number[] {
  if (parts.length === 0) throw new AttentionError("merge: expected at least one part, got none.");
  const { shape } = parts[0].output;
  if (shape.length !== 4) {
    throw new ShapeError(`merge: expected outputs [batch, heads, queries, valueDim], got [${shape.join(", ")}].`);
  }
  parts.forEach(({ output, logSumExp }, p) => {
    checkShape(`parts[${p}].output`, output, shape);
    checkShape(`parts[${p}].logSumExp`, logSumExp, shape.slice(0, 3));
  });
  return shape;
}

function checkShape(name: string, tensor: Tensor, expected: readonly number[]): void {
  const { shape } = tensor;
  if (shape.length === expected.length && shape.every((length, axis) => length === expected[axis])) return;
  throw new ShapeError(`merge: expected ${name} [${expected.join(", ")}], got [${shape.join(", ")}].`);
}

function readSinks(sinks: Tensor, heads: number): Float64Array {
  checkShape("sinks", sinks, [heads]);
  return toFloat64(sinks);
}
