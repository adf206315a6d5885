import type { Call, Forward, Plan } from "@fovea/dot-product-attention";
import { at, readValues, tensor, type Tensor } from "@fovea/tensor";

/** What each row's scores are shifted by: the threshold, or the log of everything that takes weight, in units of log 2
 *  where no score program asks for natural ones. Rows that see nothing get 0,
 *  which leaves their scores at -Infinity. */
export function writeShifts(shifts: Float32Array, plan: Plan, call: Call, { logSumExp, threshold }: Forward): void {
  const [, heads, queries] = call.query.shape;
  const unit = plan.score ? 1 : Math.LOG2E;
  if (threshold) shifts.set(readValues(threshold));
  else if (!logSumExp) shifts.fill(0);
  else {
    const values = readValues(logSumExp);
    for (let row = 0; row < shifts.length; row++) {
      const own = values[row];
      const sink = sinkOf(plan, call, Math.floor(row / queries) % heads);
      const total = Math.max(own, sink) + Math.log1p(Math.exp(-Math.abs(own - sink)));
      // Infinity among the scores makes every weight of the row NaN, as it does forward.
      shifts[row] = own === -Infinity ? 0 : own === Infinity ? NaN : total * unit;
    }
  }
}

function sinkOf(plan: Plan, call: Call, head: number): number {
  if (plan.normalizer === "softmaxPlusOne") return 0;
  return call.sinks ? at(call.sinks, head) : -Infinity;
}

/** A sink is one more score, whose weight gives nothing: its gradient is -weight × mean, summed over the rows that see something. */
export function sinkGradients(sinks: Tensor, means: Float32Array, call: Call, { logSumExp }: Forward): Tensor {
  const [, heads, queries] = call.query.shape;
  const values = logSumExp ? readValues(logSumExp) : [];
  const sums = new Float64Array(heads);
  for (let row = 0; row < means.length; row++) {
    if (values[row] === -Infinity) continue;
    const head = Math.floor(row / queries) % heads;
    sums[head] -= means[row] / (1 + Math.exp(values[row] - at(sinks, head)));
  }
  return tensor(sums, { shape: sinks.shape, dtype: sinks.dtype });
}
