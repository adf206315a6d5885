import { tensor, toFloat64 } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { checkDifferentiable } from "../checks/check-differentiable.ts";
import type { Call, Gradients } from "../backend.ts";
import type { Plan } from "../plan.ts";
import { computeType } from "./forward.ts";
import { normalize } from "./normalize.ts";
import { createProgramGradient } from "./program-gradient.ts";
import { sinkOf } from "./sinks.ts";
import { createWeighedRow } from "./weighed-row.ts";

/** Row by row, like forward: weighs the row again, then goes back through values, probability program, normalizer, score program and
 *  dot products. Pairs that are not seen are never touched. Sums are float64; memory beyond the gradients: O(keys). */
export function backward(plan: Plan, call: Call, outputGradient: Tensor): Gradients {
  checkDifferentiable(plan);
  const [batch, heads, queries, headDim] = call.query.shape as [number, number, number, number];
  const [, keyHeads, keyCount, valueDim] = call.value.shape as [number, number, number, number];
  const { scale, queryOffsets, tables } = call;
  const group = heads / keyHeads;
  const queryValues = toFloat64(call.query);
  const keyValues = toFloat64(call.key);
  const values = toFloat64(call.value);
  const upstream = toFloat64(outputGradient);
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
        const count = row.weigh(b, h, q);
        if (count === 0) continue;
        const index = (b * heads + h) * queries + q;
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
        const { scores, weights, statistic } = row;
        sinkGradient[h] += rule.backward({ scores, weights, gradients, count, sink: sink(h), statistic });
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

function store(sums: Float64Array, shape: readonly number[], dtype: DType): Tensor {
  return tensor(sums, { shape: [...shape], dtype });
}
