import { tensor, toFloat64 } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { checkDifferentiable } from "../checks/check-differentiable.ts";
import type { Call, Forward, Gradients } from "../backend.ts";
import type { Plan } from "../plan.ts";
import { computeType } from "./forward.ts";
import { normalize } from "./normalize.ts";
import type { RowStatistics } from "./normalize.ts";
import { createProgramGradient } from "./program-gradient.ts";
import { sinkOf } from "./sinks.ts";
import { createWeighedRow } from "./weighed-row.ts";

/** Row by row, like forward: weighs the row again, then goes back through values, probability program, normalizer, score program and
 *  dot products. What forward remembered of the row decides: it may have seen further keys, of which this call knows the outcome only. Pairs that are not seen are never touched. Sums are float64; memory beyond the gradients: O(keys). */
export function backward(plan: Plan, call: Call, forward: Forward, outputGradient: Tensor): Gradients {
  checkDifferentiable(plan);
  const [batch, heads, queries, headDim] = call.query.shape as [number, number, number, number];
  const [, keyHeads, keyCount, valueDim] = call.value.shape as [number, number, number, number];
  const { scale, queryOffsets, tables } = call;
  const group = heads / keyHeads;
  const queryValues = toFloat64(call.query);
  const keyValues = toFloat64(call.key);
  const values = toFloat64(call.value);
  const upstream = toFloat64(outputGradient);
  const remembered = readStatistics(forward);
  const queryGradient = new Float64Array(queryValues.length);
  const keyGradient = new Float64Array(keyValues.length);
  const valueGradient = new Float64Array(values.length);
  const sinkGradient = new Float64Array(heads);

  const row = createWeighedRow(plan, call);
  const rule = normalize[plan.normalizer];
  const sink = sinkOf(plan, call.sinks);
  const throughProbability = plan.probability && createProgramGradient(plan.probability, tables.probability);
  const throughScore = plan.score && createProgramGradient(plan.score, tables.score);
  const gradients = new Float64Array(row.scores.length);

  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const layer = b * keyHeads + Math.floor(h / group);
      for (let q = 0; q < queries; q++) {
        const index = (b * heads + h) * queries + q;
        const { maximum, statistic } = remembered.row(index);
        const count = row.weigh(b, h, q, { maximum, statistic });
        if (count === 0) continue;
        const isWhole = Object.is(maximum, row.own.maximum) && Object.is(statistic, row.own.statistic);
        const position = queryOffsets[b] + q;

        // 1. output = sum of probability · value
        for (let i = 0; i < count; i++) {
          const start = (layer * keyCount + row.keys[i]) * valueDim;
          let gradient = 0;
          for (let d = 0; d < valueDim; d++) {
            gradient += upstream[index * valueDim + d] * values[start + d];
            valueGradient[start + d] += row.probabilities[i] * upstream[index * valueDim + d];
          }
          gradients[i] = gradient;
        }
        // 2. probability = program(weight)
        if (throughProbability) {
          for (let i = 0; i < count; i++) {
            const { weights, keys } = row;
            gradients[i] = throughProbability.pass(
              gradients[i],
              weights[i],
              b,
              h,
              position,
              keys[i],
              queries,
              keyCount,
            );
          }
        }
        // 3. weight = normalizer(score)
        const { scores, weights } = row;
        // over further keys too the mean is output · outputGradient; over these alone the sum is more precise than a rounded output
        const mean = isWhole ? null : remembered.mean(index, upstream);
        sinkGradient[h] += rule.backward({
          scores,
          weights,
          gradients,
          count,
          sink: sink(h),
          maximum,
          statistic,
          mean,
        });
        // 4. score = program(product), product = scale · query · key
        for (let i = 0; i < count; i++) {
          const key = row.keys[i];
          let gradient = gradients[i];
          if (throughScore) {
            gradient = throughScore.pass(gradient, row.products[i], b, h, position, key, queries, keyCount);
          }
          gradient *= scale;
          const start = (layer * keyCount + key) * headDim;
          for (let d = 0; d < headDim; d++) {
            queryGradient[index * headDim + d] += gradient * keyValues[start + d];
            keyGradient[start + d] += gradient * queryValues[index * headDim + d];
          }
        }
      }
    }
  }

  const dtype = computeType(plan);
  return {
    query: store(queryGradient, call.query.shape, dtype),
    key: store(keyGradient, call.key.shape, dtype),
    value: store(valueGradient, call.value.shape, dtype),
    tables: { score: throughScore?.tables() ?? {}, probability: throughProbability?.tables() ?? {} },
    sinks: call.sinks && store(sinkGradient, call.sinks.shape, call.sinks.dtype),
  };
}

/** What forward remembered of each row. */
function readStatistics({ output, rowMaximum, rowTotal, threshold }: Forward): {
  row(index: number): RowStatistics;
  /** output · outputGradient */
  mean(index: number, outputGradient: Float64Array): number;
} {
  const maxima = toFloat64(rowMaximum);
  const statistic = rowTotal ?? threshold;
  const statistics = statistic && toFloat64(statistic);
  const outputs = toFloat64(output);
  const valueDim = output.shape[3];
  return {
    row: (index) => ({ maximum: maxima[index], statistic: statistics?.[index] ?? 0 }),
    mean(index, outputGradient) {
      let sum = 0;
      for (let d = index * valueDim; d < (index + 1) * valueDim; d++) sum += outputs[d] * outputGradient[d];
      return sum;
    },
  };
}

function store(sums: Float64Array, shape: readonly number[], dtype: DType): Tensor {
  return tensor(sums, { shape: [...shape], dtype });
}
