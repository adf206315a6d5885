import { attention, attentionGradients, normalizerTraits, referenceBackend } from "@fovea/dot-product-attention";
import type { AttentionGradients, AttentionOptions, AttentionResult, Backend } from "@fovea/dot-product-attention";
import { allClose, toFloat64 } from "@fovea/tensor";
import type { Tensor, Tolerances } from "@fovea/tensor";
import { expect } from "vitest";
import type { RandomOperands } from "./random-operands.ts";

/** How a section of the specification runs the backend under test and holds it against the reference. */
export interface Suite {
  forward(operands: Operands, options?: AttentionOptions): AttentionResult;
  backward(operands: RandomOperands, options?: AttentionOptions): AttentionGradients;
  /** The backend's output and, where the normalizer has them, logSumExp and rowMaximum agree with the reference. */
  expectForward(operands: Operands, options?: AttentionOptions): void;
  /** So do the gradients of query, key, value, past, tables and sinks. */
  expectBackward(operands: RandomOperands, options?: AttentionOptions): void;
  expectClose(actual: Tensor, expected: Tensor, what: string): void;
  readonly backend: Backend;
}

export type Operands = Omit<RandomOperands, "outputGradient">;

/** Gradients are sums over a whole axis of products: their rounding errors add up. */
const gradientAllowance = 8;

/** @param tolerances for numbers around 1; where results are larger, the absolute one grows with the largest */
export function createSuite(backend: () => Backend, tolerances: Tolerances): Suite {
  const { absolute = 1e-6, relative = 1e-5 } = tolerances;
  const check = (actual: Tensor, expected: Tensor, what: string, allowance: number): void => {
    const size = toFloat64(expected).reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 1);
    const allowed = { absolute: absolute * size * allowance, relative: relative * allowance, equalNaN: true };
    const { pass, message } = allClose(actual, expected, allowed);
    if (!pass) throw new Error(`${what}: ${message}`);
  };
  const expectClose = (actual: Tensor, expected: Tensor, what: string): void => check(actual, expected, what, 1);
  const expectCloseGradient = (actual: Tensor, expected: Tensor, what: string): void =>
    check(actual, expected, what, gradientAllowance);
  const suite: Suite = {
    get backend() {
      return backend();
    },
    expectClose,
    forward: ({ query, key, value }, options = {}) => attention(query, key, value, { ...options, backend: backend() }),
    backward: ({ query, key, value, outputGradient }, options = {}) =>
      attentionGradients(query, key, value, outputGradient, { ...options, backend: backend() }),
    expectForward(operands, options = {}) {
      const hasSum = normalizerTraits[options.normalizer ?? "softmax"].remembers === "logSumExp";
      const all = { ...options, returns: { logSumExp: hasSum, rowMaximum: true } };
      const actual = suite.forward(operands, all);
      const { query, key, value } = operands;
      const expected = attention(query, key, value, { ...all, backend: referenceBackend });
      for (const name of ["output", "logSumExp", "rowMaximum"] as const)
        compareParts(expectClose, name, actual[name], expected[name]);
    },
    expectBackward(operands, options = {}) {
      const { query, key, value, outputGradient } = operands;
      const actual = suite.backward(operands, options);
      const reference = { ...options, backend: referenceBackend };
      const expected = attentionGradients(query, key, value, outputGradient, reference);
      expectClose(actual.output, expected.output, "output");
      compareParts(expectCloseGradient, "gradients", tensorsOf(actual), tensorsOf(expected));
    },
  };
  return suite;
}

type Parts = Readonly<Record<string, Tensor | null>>;

const tensorsOf = ({ query, key, value, past, tables, sinks }: AttentionGradients): Parts => ({
  query,
  key,
  value,
  "past.key": past?.key ?? null,
  "past.value": past?.value ?? null,
  sinks,
  ...prefixed("tables.score", tables.score),
  ...prefixed("tables.probability", tables.probability),
});

const prefixed = (prefix: string, tables: Readonly<Record<string, Tensor>>): Parts =>
  Object.fromEntries(Object.entries(tables).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));

const isTensor = (part: Tensor | Parts | null | undefined): part is Tensor =>
  part !== null && part !== undefined && "dtype" in part && "strides" in part;

/** Compares two results part by part; what one has the other must have. */
function compareParts(
  expectClose: Suite["expectClose"],
  name: string,
  actual: Tensor | Parts | null | undefined,
  expected: Tensor | Parts | null | undefined,
): void {
  if (isTensor(expected)) {
    if (!isTensor(actual)) throw new Error(`${name}: expected a tensor, got nothing`);
    expectClose(actual, expected, name);
    return;
  }
  if ((actual ?? null) === null || !expected) {
    expect(actual ?? null).toBe(expected ?? null);
    return;
  }
  expect(Object.keys(actual ?? {}).toSorted()).toEqual(Object.keys(expected).toSorted());
  for (const [part, tensor] of Object.entries(expected))
    compareParts(expectClose, `${name} of ${part}`, (actual as Parts)[part], tensor);
}
