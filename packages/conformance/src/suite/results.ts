import { attention, merge } from "@fovea/dot-product-attention";
import type { AttentionOptions, AttentionResult } from "@fovea/dot-product-attention";
import { causal } from "@fovea/masking";
import { slice, tensor, toArray } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { probabilities } from "../catalogue/probabilities.ts";
import { scores } from "../catalogue/scores.ts";
import { backwardBits, forwardBits } from "./bits.ts";
import { randomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

const everything: AttentionOptions = {
  mask: causal(),
  score: scores["ALiBi with learned slopes"],
  probability: probabilities["seeded dropout"],
  queryOffset: 6,
  keyLengths: [19, 12],
};

const part = (t: Tensor, from: number, to: number): Tensor => slice(t, [null, null, [from, to]]);
const hidden = (every: number): Tensor =>
  tensor(
    Uint8Array.from({ length: 19 }, (_, key) => (key % every === 0 ? 1 : 0)),
    { dtype: "bool" },
  );

/** Results: joining parts, the same bits every time, tables that change between calls. */
export function describeResults(suite: Suite): void {
  const { expectForward, expectBackward, expectClose } = suite;
  describe("results", () => {
    test.each([[[7]], [[1, 18]], [[5, 6, 13]]])(
      "parts of the keys cut at %j join to attention over all of them",
      (cuts) => {
        const { query, key, value } = randomOperands(51, { dtype: "float64" });
        const edges = [0, ...cuts, 19];
        const parts = cuts.concat(19).map((to, i) => {
          const operands = { query, key: part(key, edges[i], to), value: part(value, edges[i], to) };
          return suite.forward(operands, { returns: { rowMaximum: true, rowTotal: true, logSumExp: true } });
        });
        const whole = attention(query, key, value, { returns: { logSumExp: true } });
        const bySums = parts.map(({ output, logSumExp }) => ({ output, logSumExp: logSumExp as Tensor }));
        for (const merged of [merge(parts), merge(bySums)]) {
          expectClose(merged.output, whole.output, "merged output");
          expectClose(merged.logSumExp, whole.logSumExp as Tensor, "merged logSumExp");
        }
      },
    );

    test.each([1000, 1e7, 1e30, -1e9])("parts whose every score is a multiple of %d join exactly", (score) => {
      const ofKeys = (values: readonly number[]): AttentionResult => {
        const key = tensor(
          Float32Array.from(values, () => 1.25),
          { shape: [1, 1, values.length, 1] },
        );
        const value = tensor(Float32Array.from(values), { shape: [1, 1, values.length, 1] });
        const operands = { query: tensor([[[[score]]]]), key, value };
        return suite.forward(operands, { scale: 0.3, returns: { rowMaximum: true, rowTotal: true } });
      };
      expect(toArray(merge([ofKeys([0]), ofKeys([4, 4, 4])]).output)).toEqual([3]);
    });

    test("extra results come only when asked for", () => {
      expect(Object.keys(suite.forward(randomOperands(52)))).toEqual(["output"]);
    });

    test("two runs give the same bits, forward and backward", () => {
      const runs = [1, 2].map(() => forwardBits(suite.forward(randomOperands(53), everything)));
      expect(runs[1]).toEqual(runs[0]);
      const backs = [1, 2].map(() => backwardBits(suite.backward(randomOperands(53), everything)));
      expect(backs[1]).toEqual(backs[0]);
    });

    test("a call between leaves no trace", () => {
      const first = forwardBits(suite.forward(randomOperands(54), everything));
      suite.forward(randomOperands(55, { queries: 40, keys: 90, batch: 1 }), {
        ...everything,
        keyLengths: [90],
        score: null,
      });
      suite.backward(randomOperands(56, { queries: 3, keys: 2 }), { ...everything, keyLengths: [2, 0] });
      expect(forwardBits(suite.forward(randomOperands(54), everything))).toEqual(first);
    });

    test("operands, tables and sinks are read, never written", () => {
      const operands = randomOperands(57);
      const slope = tensor(Float64Array.of(0.5, 0.25, -1, 2));
      const sinks = tensor(Float32Array.of(1, 2, 3, 4));
      const options: AttentionOptions = { ...everything, normalizer: "softmaxWithSink", sinks };
      const inputs = [...Object.values(operands), slope, sinks];
      const before = inputs.map(({ data }) => Array.from(data));
      const tableName = Object.keys(suite.backward(operands, options).tables.score)[0];
      suite.backward(operands, { ...options, tables: { score: { [tableName]: slope } } });
      expect(inputs.map(({ data }) => Array.from(data))).toEqual(before);
    });

    test("a table that is updated in place, or passed by name, is read anew", () => {
      const operands = randomOperands(58);
      const gain = tensor(Float64Array.of(1, 2, 3, 4));
      const options: AttentionOptions = {
        score: ({ score, head, table }) => score.multiply(table("gain", gain).at(head)),
        mask: ({ key, table }) => table("hidden", { type: "bool", rank: 1 }).at(key).not(),
      };
      for (const every of [2, 3]) expectBackward(operands, { ...options, tables: { mask: { hidden: hidden(every) } } });
      gain.data.set([4, -1, 0.5, 0]);
      expectForward(operands, { ...options, tables: { mask: { hidden: hidden(2) } } });
      expectBackward(operands, { ...options, tables: { mask: { hidden: hidden(2) } } });
    });

    test("a table may be a view, and of any float storage", () => {
      const bias = slice(
        tensor(
          Float64Array.from({ length: 80 }, (_, i) => Math.cos(i)),
          { shape: [2, 40] },
        ),
        [1, [1, 40, 2]],
      );
      const options: AttentionOptions = { score: ({ score, key, table }) => score.add(table("bias", bias).at(key)) };
      expectForward(randomOperands(59), options);
      expectBackward(randomOperands(59), options);
    });

    test("a computed index outside its table reads 0 and passes no gradient", () => {
      const near = tensor(Float32Array.of(1, 2, 3));
      const options: AttentionOptions = {
        score: ({ score, query, key, table }) => score.add(table("near", near).at(query.subtract(key).add(1))),
      };
      expectForward(randomOperands(60), options);
      expectBackward(randomOperands(60), options);
    });
  });
}
