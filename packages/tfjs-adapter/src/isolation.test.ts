import { attention as judge, type ProgramSource } from "@fovea/dot-product-attention";
import type { Scope, Value } from "@fovea/program";
import { toNested, zeros } from "@fovea/tensor";
import { type Rank, tensor1d, tensor4d, tidy, zeros as tfZeros } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { attention } from "./attention.ts";
import { backendNames, useBackend } from "./testing/use-backend.ts";

const numbers = [1000000001, 1000000001, 1000000002, 1764633600000, 1764633600001, 0.1, 0.1 + 1e-9];
const tokens = numbers.length;
const oneHot = Array.from({ length: tokens }, (_, row) => numbers.map((__, key) => Number(row === key)));

/** Ways to decide who sees whom by a number of each token. */
const masks: Readonly<Record<string, (id: (at: Value) => Value, scope: Scope) => Value>> = {
  equal: (id, { query, key }) => id(query).equal(id(key)),
  less: (id, { query, key }) => id(query).lessEqual(id(key)),
  floors: (id, { query, key }) => id(query).divide(2).floor().equal(id(key).divide(2).floor()),
  logarithms: (id, { query, key }) => id(query).log().equal(id(key).log()),
  "ints of a batch element": (id, { query, key, batch, head }) =>
    id(query)
      .remainder(2 ** 30)
      .toInt()
      .add(batch)
      .greaterEqual(
        id(key)
          .remainder(2 ** 30)
          .toInt()
          .add(head),
      ),
};

/** Which keys each query of the last batch element and head sees. */
const seen = (rows: number[][][][]): boolean[][] => rows[1][1].map((row) => row.map((weight) => weight > 0));

/** By a table that is handed over. */
const byTable: ProgramSource = ({ query, key, table }) => {
  const document = table("id", { type: "float", rank: 1 });
  return document.at(query).equal(document.at(key));
};

describe.each(backendNames)("who sees whom on %s", (backend) => {
  useBackend(backend);

  describe.each(["fused", "composite"] as const)("%s", (kernels) => {
    test.each(Object.keys(masks))(
      "is what the plain loops say, also for numbers that float32 cannot tell apart: %s",
      (name) => {
        const plain = zeros([2, 2, tokens, 1]);
        const value = {
          ...zeros([2, 2, tokens, tokens]),
          data: Float64Array.from([0, 1, 2, 3].flatMap(() => oneHot.flat())),
        };
        const mask = (scope: Scope): Value => {
          const table = scope.table("id", numbers);
          return masks[name]((at) => table.at(at), scope);
        };
        const score: ProgramSource = (scope) => scope.select(mask(scope), scope.score, -Infinity);
        const options = [{ mask }, { score }];
        for (const given of options) {
          const expected = seen(toNested(judge(plain, plain, value, given).output) as number[][][][]);
          const output = tidy(() => {
            const operand = tfZeros<Rank.R4>([2, 2, tokens, 1]);
            const values = tensor4d(Float32Array.from(value.data), [2, 2, tokens, tokens]);
            return attention(operand, operand, values, { ...given, kernels }).arraySync();
          });
          expect(seen(output)).toEqual(expected);
        }
      },
    );

    test("queries that start elsewhere in each batch element", () => {
      const plain = zeros([2, 2, tokens, 1]);
      const value = tensor4d(
        [0, 1, 2, 3].flatMap(() => oneHot.flat()),
        [2, 2, tokens, tokens],
      );
      const options = {
        mask: ({ query, key }: Scope): Value => query.toFloat().multiply(0.7).lessEqual(key.toFloat()),
        queryOffset: [0, 2],
      };
      const host = { ...zeros([2, 2, tokens, tokens]), data: Float64Array.from(value.dataSync()) };
      const expected = seen(toNested(judge(plain, plain, host, options).output) as number[][][][]);
      const output = tidy(() => {
        const operand = tfZeros<Rank.R4>([2, 2, tokens, 1]);
        return attention(operand, operand, value, { ...options, kernels }).arraySync();
      });
      value.dispose();
      expect(seen(output)).toEqual(expected);
    });

    test("a table on the device decides by what it holds there", () => {
      const output = tidy(() => {
        const operand = tfZeros<Rank.R4>([1, 1, 3, 1]);
        const values = tensor4d([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3]);
        const tables = { mask: { id: tensor1d([1, 1, 16777216]) } };
        return attention(operand, operand, values, { mask: byTable, tables, kernels }).arraySync();
      });
      expect(output).toEqual([[[[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]]]); // prettier-ignore
    });
  });
});
