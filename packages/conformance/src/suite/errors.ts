import { AttentionError, createPlan, prepareCall } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { createBlockMask, causal, MaskError } from "@fovea/masking";
import { DTypeError, ShapeError, tensor, zeros } from "@fovea/tensor";
import { describe, expect, test } from "vitest";
import { forwardBits } from "./bits.ts";
import { randomOperands } from "./random-operands.ts";
import type { Operands, Suite } from "./suite.ts";

type ErrorType = new (message: string) => Error;

const good = randomOperands(71);
const refused: readonly (readonly [string, Operands, AttentionOptions, ErrorType])[] = [
  ["an unknown option", good, { masks: null } as AttentionOptions, AttentionError],
  ["heads that are no multiple", { ...good, query: zeros([2, 3, 13, 5]) }, {}, ShapeError],
  ["keys and values of different number", { ...good, value: zeros([2, 2, 18, 7]) }, {}, ShapeError],
  ["ints for queries", { ...good, query: zeros([2, 4, 13, 5], "int32") }, {}, DTypeError],
  ["more keys than there are", good, { keyLengths: [20, 0] }, AttentionError],
  ["a mask that reads the score", good, { mask: ({ score }) => score.less(0) }, AttentionError],
  [
    "a table that is too short",
    good,
    { score: ({ score, key, table }) => score.add(table("t", [1, 2]).at(key)) },
    Error,
  ],
  [
    "a block mask of another size",
    good,
    { mask: causal(), blockMask: createBlockMask(causal(), { queries: 4, keys: 4 }) },
    AttentionError,
  ],
  [
    "a block mask of another offset",
    good,
    { mask: causal(), queryOffset: 5, blockMask: createBlockMask(causal(), { queries: 13, keys: 19 }) },
    AttentionError,
  ],
  [
    "a block mask that leaves the keys",
    good,
    {
      mask: causal(),
      blockMask: { ...createBlockMask(causal(), { queries: 13, keys: 19 }), runEnds: Int32Array.of(9) },
    },
    MaskError,
  ],
  ["sinks that nobody reads", good, { sinks: tensor([1, 2, 3, 4]) }, AttentionError],
];

/** Bad input is refused with a typed error, and the next call is as if nothing had been asked. */
export function describeErrors(suite: Suite): void {
  const { expectClose } = suite;
  describe("errors", () => {
    test.each(refused)("%s is refused, and the next call is not disturbed", (_, operands, options, type) => {
      const before = forwardBits(suite.forward(good));
      expect(() => suite.forward(operands, options)).toThrow(type);
      expect(forwardBits(suite.forward(good))).toEqual(before);
    });

    test("a kernel that has been disposed of says so, and the plan compiles again", () => {
      const { plan, call } = prepareCall(good.query, good.key, good.value, {}, suite.backend);
      const kernel = suite.backend.compile(plan);
      const before = kernel.forward(call);
      kernel.dispose();
      kernel.dispose();
      expect(() => kernel.forward(call)).toThrow(AttentionError);
      expectClose(suite.backend.compile(plan).forward(call).output, before.output, "output");
    });

    test("equal plans, however made, run alike", () => {
      const { plan, call } = prepareCall(good.query, good.key, good.value, { mask: causal() }, suite.backend);
      const { version: _version, key: _key, ...parts } = plan;
      const again = createPlan(parts);
      const bits = [plan, again].map((each) => Array.from(suite.backend.compile(each).forward(call).output.data));
      expect(bits[0]).toEqual(bits[1]);
    });
  });
}
