import { attentionGradients, merge, prepareCall } from "@fovea/dot-product-attention";
import type { AttentionOptions } from "@fovea/dot-product-attention";
import { softCap } from "@fovea/scoring";
import { add, concatenate, slice } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { describe, test } from "vitest";
import { randomOperands } from "./random-operands.ts";
import type { RandomOperands, Shape } from "./random-operands.ts";
import type { Suite } from "./suite.ts";

type QueryKeyValue = Readonly<Record<"query" | "key" | "value", Tensor>>;

/** Keys cut in four, as where each of four devices has some of them: forward each by itself, joined, and backward each with what was joined. */
function gradientsByParts(
  { backend }: Suite,
  { query, key, value, outputGradient }: RandomOperands,
  options: AttentionOptions,
): QueryKeyValue {
  const edges = [0, 3, 8, 9, 19];
  const parts = edges.slice(1).map((end, i) => {
    const own = (t: Tensor): Tensor => slice(t, [null, null, [edges[i], end]]);
    const { plan, call: prepared } = prepareCall(query, own(key), own(value), options, backend);
    const call = { ...prepared, backwardFollows: true };
    const kernel = backend.compile(plan);
    const { output, rowMaximum, rowTotal } = kernel.forward(call);
    return { kernel, call, forward: { output, rowMaximum, rowTotal: rowTotal as Tensor } };
  });
  const whole = { ...merge(parts.map(({ forward }) => forward)), threshold: null };
  const gradients = parts.map(({ kernel, call }) => kernel.backward(call, whole, outputGradient));
  return {
    query: gradients.map((part) => part.query).reduce((sum, part) => add(sum, part)),
    key: concatenate(
      gradients.map((part) => part.key),
      2,
    ),
    value: concatenate(
      gradients.map((part) => part.value),
      2,
    ),
  };
}

/** What ring attention and context parallelism ask of a backend. */
export function describeParts(suite: Suite): void {
  const expectGradients = (actual: QueryKeyValue, expected: QueryKeyValue): void => {
    for (const name of ["query", "key", "value"] as const) suite.expectClose(actual[name], expected[name], name);
  };
  describe("parts of the keys", () => {
    const cases: Readonly<Record<string, readonly [Shape, AttentionOptions]>> = {
      "several queries": [{}, {}],
      "one query, large scores": [{ queries: 1 }, { scale: 5 }],
      "a soft cap": [{}, { score: softCap(2) }],
    };
    test.each(Object.entries(cases))("gradients over four parts are those over all keys: %s", (_, [shape, options]) => {
      // float64, so that joined outputs are not rounded on the way
      const operands = randomOperands(71, { ...shape, dtype: "float64" });
      const { query, key, value, outputGradient } = operands;
      const expected = attentionGradients(query, key, value, outputGradient, options);
      expectGradients(gradientsByParts(suite, operands, options), expected);
    });
  });
}
