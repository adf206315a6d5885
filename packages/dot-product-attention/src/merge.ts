import { checkOptions, ShapeError, toFloat64, zeros } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";

/** Softmax attention over some of the keys: what one shard, worker or chunk knows. Results of `attention` are parts. */
export interface AttentionPart {
  /** `[batch, heads, queries, valueDim]`; not read in a row that saw nothing */
  readonly output: Tensor;
  /** `[batch, heads, queries]`, the largest score m of a row and its sum of exp(score - m); -Infinity and 0 for a row that saw nothing. */
  readonly rowMaximum?: Tensor;
  readonly rowTotal?: Tensor;
  /** `[batch, heads, queries]`, natural log; -Infinity for a row that saw nothing. Read where one of the two above is missing. */
  readonly logSumExp?: Tensor;
}

/** Attention over all keys that the parts have seen, itself a part. */
export interface MergedAttention extends Required<AttentionPart> {}

/** Joins attention over disjoint sets of keys into attention over all of them: with m_p and t_p the largest score and the total of part p, and m the
 *  largest m_p, part p weighs `w_p = t_p exp(m_p - m)`, and `output = Σ w_p output_p / Σ w_p`.
 *
 *  The parts are softmax attention with `returns: { rowMaximum: true, rowTotal: true }`, and joined exactly: rounding is that of outputs. Parts that have
 *  nothing but a logSumExp weigh `exp(logSumExp)`: in float32 that is off by up to |logSumExp| × 6e-8 of the weight, 0.6 % where scores are 10^5.
 *  The result is a part again, so parts may be joined in any grouping. With a sink, give it here and not to the parts: it counts once, and a result
 *  with sinks cannot be joined further. A row that no part saw is zero, with logSumExp -Infinity. Computed in float64; output and logSumExp are
 *  float64 if any output is, else float32, rowMaximum and rowTotal float64.
 *  @param options.sinks `[heads]`, float
 *  @throws {AttentionError} without parts, or when one has neither @throws {ShapeError} when parts differ in shape
 *  @see Dao et al. 2023, "Flash-Decoding" */
export function merge(parts: readonly AttentionPart[], options: { readonly sinks?: Tensor } = {}): MergedAttention {
  checkOptions("merge", options, { sinks: true }, { example: "merge(parts, { sinks })", Refuse: AttentionError });
  const shape = checkParts(parts);
  const [, heads, queries, valueDim] = shape;
  const rowShape = shape.slice(0, 3);
  const dtype = parts.some((part) => part.output.dtype === "float64") ? "float64" : "float32";
  const sinks = options.sinks ? readSinks(options.sinks, heads) : null;
  const sources = parts.map(readPart);
  const output = zeros(shape, dtype);
  const rowMaximum = zeros(rowShape, "float64");
  const rowTotal = zeros(rowShape, "float64");
  const logSumExp = zeros(rowShape, dtype);

  const row = new Float64Array(valueDim);
  for (let r = 0; r < logSumExp.data.length; r++) {
    // pass 1: the largest score, subtracted below so that exp cannot overflow; NaN stays
    let maximum = -Infinity;
    for (const { maxima } of sources) if (maxima[r] > maximum || Number.isNaN(maxima[r])) maximum = maxima[r];
    rowMaximum.data[r] = maximum;
    logSumExp.data[r] = maximum;
    if (maximum === -Infinity) continue;
    // pass 2: the weighted mean of the parts; a part that saw nothing is left out, whatever its output holds
    row.fill(0);
    let total = 0;
    for (const { outputs, maxima, totals } of sources) {
      if (maxima[r] === -Infinity) continue;
      const weight = totals[r] * Math.exp(maxima[r] - maximum);
      total += weight;
      for (let d = 0; d < valueDim; d++) row[d] += weight * outputs[r * valueDim + d];
    }
    const head = Math.floor(r / queries) % heads;
    const all = sinks === null ? total : total + Math.exp(sinks[head] - maximum);
    for (let d = 0; d < valueDim; d++) output.data[r * valueDim + d] = row[d] / all;
    rowTotal.data[r] = total;
    logSumExp.data[r] = maximum + Math.log(total);
  }
  return { output, rowMaximum, rowTotal, logSumExp };
}

interface PartNumbers {
  readonly outputs: Float64Array;
  readonly maxima: Float64Array;
  readonly totals: Float64Array;
}

/** A part without maximum and total is one whose scores are all in one: of the size of its logSumExp. */
function readPart({ output, rowMaximum, rowTotal, logSumExp }: AttentionPart): PartNumbers {
  const outputs = toFloat64(output);
  if (rowMaximum && rowTotal) return { outputs, maxima: toFloat64(rowMaximum), totals: toFloat64(rowTotal) };
  const maxima = toFloat64(logSumExp as Tensor);
  return { outputs, maxima, totals: new Float64Array(maxima.length).fill(1) };
}

function checkParts(parts: readonly AttentionPart[]): readonly number[] {
  if (parts.length === 0) throw new AttentionError("merge: expected at least one part, got none.");
  const { shape } = parts[0].output;
  if (shape.length !== 4) {
    throw new ShapeError(`merge: expected outputs [batch, heads, queries, valueDim], got [${shape.join(", ")}].`);
  }
  parts.forEach(({ output, rowMaximum, rowTotal, logSumExp }, p) => {
    checkShape(`parts[${p}].output`, output, shape);
    const statistics = rowMaximum && rowTotal ? { rowMaximum, rowTotal } : { logSumExp };
    for (const [name, statistic] of Object.entries(statistics)) {
      if (statistic) checkShape(`parts[${p}].${name}`, statistic, shape.slice(0, 3));
      else {
        throw new AttentionError(
          `merge: expected parts[${p}] to have rowMaximum and rowTotal, got neither these nor a logSumExp. ` +
            "Ask attention for them: returns: { rowMaximum: true, rowTotal: true }.",
        );
      }
    }
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
