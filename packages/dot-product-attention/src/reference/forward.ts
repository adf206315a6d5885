import { zeros } from "@fovea/tensor";
import type { DType } from "@fovea/tensor";
import type { Call, Forward } from "../backend.ts";
import type { Plan } from "../plan.ts";
import { statisticOf } from "./normalize.ts";
import { readOperand } from "./read-operand.ts";
import { createWeighedRow } from "./weighed-row.ts";

/** Row by row: the pairs it sees, their weights, the sum of their values. Memory beyond the outputs: O(keys), and float64 copies of the operands. */
export function forward(plan: Plan, call: Call): Forward {
  const [batch, heads, queries] = call.query.shape as [number, number, number, number];
  const [, keyHeads, keys, valueDim] = call.value.shape as [number, number, number, number];
  const dtype = computeType(plan);
  const rowShape = [batch, heads, queries];
  const output = zeros([...rowShape, valueDim], dtype);
  const statistic = statisticOf[plan.normalizer];
  const rowMaximum = zeros(rowShape, "float64");
  const rowTotal = statistic === "rowTotal" ? zeros(rowShape, "float64") : null;
  const threshold = statistic === "threshold" ? zeros(rowShape, "float64") : null;
  const logSumExp = rowTotal && call.returnLogSumExp ? zeros(rowShape, dtype) : null;

  const values = readOperand(call.value);
  const group = heads / keyHeads;
  const row = createWeighedRow(plan, call);
  const sum = new Float64Array(valueDim);
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const valueStart = (b * keyHeads + Math.floor(h / group)) * keys * valueDim;
      for (let q = 0; q < queries; q++) {
        const count = row.weigh(b, h, q);
        sum.fill(0);
        for (let i = 0; i < count; i++) {
          const weight = row.probabilities[i];
          const start = valueStart + row.keys[i] * valueDim;
          for (let d = 0; d < valueDim; d++) sum[d] += weight * values[start + d];
        }
        const index = (b * heads + h) * queries + q;
        output.data.set(sum, index * valueDim);
        const { maximum, statistic } = count === 0 ? nothing : row.own;
        rowMaximum.data[index] = maximum;
        if (rowTotal) rowTotal.data[index] = statistic;
        if (threshold) threshold.data[index] = statistic;
        if (logSumExp) logSumExp.data[index] = maximum + Math.log(statistic);
      }
    }
  }
  return { output, rowMaximum, rowTotal, threshold, logSumExp };
}

/** A row that sees nothing. */
const nothing = { maximum: -Infinity, statistic: 0 };

/** float64 in, float64 out; everything else comes out as float32. */
export function computeType(plan: Pick<Plan, "queryType" | "keyType" | "valueType">): DType {
  return [plan.queryType, plan.keyType, plan.valueType].includes("float64") ? "float64" : "float32";
}
