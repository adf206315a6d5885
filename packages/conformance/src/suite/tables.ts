import { createBlockMask } from "@fovea/masking";
import { trace } from "@fovea/program";
import type { Scope, Value } from "@fovea/program";
import { tensor } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

/** A table of a rank, 3 long on its last two axes and 1 on all others, and what indexes it. */
function tableOf(rank: number): {
  readonly floats: Tensor;
  readonly ints: Tensor;
  readonly bools: Tensor;
  at(last: Value, before: Value): (Value | number)[];
} {
  const shape = Array.from({ length: rank }, (_, axis) => (axis < rank - 2 ? 1 : 3));
  const size = shape.reduce<number>((product, length) => product * length, 1);
  const numbers = Array.from({ length: size }, (_, i) => i);
  return {
    floats: tensor(
      Float32Array.from(numbers, (i) => 0.7 + 0.3 * Math.cos(i)),
      { shape },
    ),
    ints: tensor(
      Int32Array.from(numbers, (i) => 2 + i),
      { shape },
    ),
    bools: tensor(
      Uint8Array.from(numbers, (i) => (i + 1) % 2),
      { shape, dtype: "bool" },
    ),
    at: (last, before) =>
      shape.map((_, axis) => (axis < rank - 2 ? 0 : (axis === rank - 1 ? last : before).remainder(3))),
  };
}

/** Programs as the functions they are traced from. */
type Reader = Readonly<Partial<Record<"score" | "mask" | "probability", (scope: Scope) => Value>>>;

/** Options that read a table of a rank, by what the table is there for. */
function readersOf(rank: number): Readonly<Record<string, Reader>> {
  const { floats, ints, bools, at } = tableOf(rank);
  const perPair = ({ query, key }: Scope): (Value | number)[] => at(key, query);
  const perRow = ({ batch, head }: Scope): (Value | number)[] => at(head, batch);
  return {
    "a factor on scores": { score: (s) => s.score.multiply(s.table("t", floats).at(...perPair(s))) },
    "a factor on the scores of a head": { score: (s) => s.score.multiply(s.table("t", floats).at(...perRow(s))) },
    "a choice of scores": { score: (s) => s.table("t", bools).at(...perPair(s)).select(s.score, 0.5) }, // prettier-ignore
    "a mask": { mask: (s) => s.table("t", bools).at(...perPair(s)).or(s.key.equal(3)) }, // prettier-ignore
    "a window": { mask: (s) => s.query.subtract(s.key).less(s.table("t", ints).at(...perRow(s))) },
    "a factor on weights": { probability: (s) => s.probability.multiply(s.table("t", floats).at(...perPair(s))) },
    "a seed": { probability: (s) => s.random(s.table("t", ints).at(...perRow(s))).less(0.3).select(0, s.probability) }, // prettier-ignore
  };
}

/** Tables of every rank, from the single number to rank 8, in every program, with one query and with several. */
export function describeTables(suite: Suite): void {
  const { expectForward, expectBackward } = suite;
  describe.each([0, 1, 2, 3, 4, 5, 6, 7, 8])("a table of rank %d", (rank) => {
    test.each(Object.entries(readersOf(rank)))("as %s", (_, options) => {
      for (const queries of [1, 13]) {
        const operands = randomOperands(61, { queries });
        const sizes = { batch: 2, heads: 4, queries, keys: 19, queryBlock: 4, keyBlock: 4 };
        const mask = options.mask ? trace(options.mask) : null;
        for (const blockMask of mask ? [null, createBlockMask(mask, sizes)] : [null]) {
          expectForward(operands, { ...options, mask, blockMask });
          expectBackward(operands, { ...options, mask, blockMask });
        }
      }
    });
  });
}
