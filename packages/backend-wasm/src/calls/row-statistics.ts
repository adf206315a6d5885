import type { Call, Forward, Plan } from "@fovea/dot-product-attention";
import { at, readValues, tensor, type Tensor } from "@fovea/tensor";
import type { ScoreUnits } from "./score-units.ts";

/** Writes what each row's scores are weighed by, as in `weightRow`: the largest score as the shift; as the factor 1 / everything that takes weight
 *  (softmax kinds) or the threshold. Rows that see nothing get 0 and 0, which leaves their weights 0. */
export function writeRowStatistics(
  shifts: Float32Array,
  factors: Float32Array,
  plan: Plan,
  call: Call,
  units: ScoreUnits,
  { rowMaximum, rowTotal, threshold }: Forward,
): void {
  const [, heads, queries] = call.query.shape;
  shifts.fill(0);
  factors.fill(1);
  const statistic = rowTotal ?? threshold;
  if (!statistic) return;
  const maxima = readValues(rowMaximum);
  const statistics = readValues(statistic);
  for (let row = 0; row < shifts.length; row++) {
    const maximum = maxima[row];
    // Infinity among the scores makes every weight of the row NaN, as it does forward.
    shifts[row] = maximum === -Infinity ? 0 : maximum === Infinity ? NaN : maximum / units.score;
    if (threshold) factors[row] = statistics[row];
    else {
      const sink = sinkOf(plan, call, Math.floor(row / queries) % heads);
      factors[row] = maximum === -Infinity ? 0 : 1 / (statistics[row] + Math.exp(sink - maximum));
    }
  }
}

function sinkOf(plan: Plan, call: Call, head: number): number {
  if (plan.normalizer === "softmaxPlusOne") return 0;
  return call.sinks ? at(call.sinks, head) : -Infinity;
}

/** A sink is one more score, whose weight gives nothing: its gradient is -weight × mean, summed over the rows that see something. */
export function sinkGradients(sinks: Tensor, means: Float32Array, call: Call, forward: Forward): Tensor {
  const [, heads, queries] = call.query.shape;
  const maxima = readValues(forward.rowMaximum);
  const totals = forward.rowTotal ? readValues(forward.rowTotal) : [];
  const sums = new Float64Array(heads);
  for (let row = 0; row < means.length; row++) {
    if (maxima[row] === -Infinity) continue;
    const head = Math.floor(row / queries) % heads;
    sums[head] -= means[row] / (1 + totals[row] * Math.exp(maxima[row] - at(sinks, head)));
  }
  return tensor(sums, { shape: sinks.shape, dtype: sinks.dtype });
}
