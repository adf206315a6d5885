import { attentionGradients, type AttentionGradients, type AttentionOptions } from "@fovea/dot-product-attention";
import { randomGenerator, toArray, type DType, type Tensor } from "@fovea/tensor";
import { expect } from "vitest";
import type { WasmBackend } from "../wasm-backend.ts";

export interface GradientShape {
  readonly batch?: number;
  readonly heads?: number;
  readonly keyHeads?: number;
  readonly queries?: number;
  readonly keys?: number;
  readonly headDim?: number;
  readonly valueDim?: number;
  readonly dtype?: DType;
}

/** Seeded normal operands and output gradient, for tests only. */
export function gradientOperands(
  shape: GradientShape = {},
): readonly [query: Tensor, key: Tensor, value: Tensor, outputGradient: Tensor] {
  const { batch = 2, heads = 4, keyHeads = 2, queries = 37, keys = 53, headDim = 8, valueDim = 12 } = shape;
  const { dtype = "float32" } = shape;
  const random = randomGenerator(7);
  return [
    random.normal([batch, heads, queries, headDim], { dtype }),
    random.normal([batch, keyHeads, keys, headDim], { dtype }),
    random.normal([batch, keyHeads, keys, valueDim], { dtype }),
    random.normal([batch, heads, queries, valueDim], { dtype: "float32" }),
  ];
}

/** Holds every gradient of one call against the reference's: 2e-5 of the largest number of each. */
export function expectGradients(backend: WasmBackend, shape: GradientShape, options: AttentionOptions = {}): void {
  const operands = gradientOperands(shape);
  const expected = attentionGradients(...operands, options);
  const actual = attentionGradients(...operands, { ...options, backend });
  expectSameGradients(actual, expected);
}

type Named = Pick<AttentionGradients, "query" | "key" | "value" | "tables" | "sinks">;

export function expectSameGradients(actual: Named, expected: Named, tolerance: number = 2e-5): void {
  const given = byName(actual);
  for (const [name, gradient] of Object.entries(byName(expected))) {
    const { shape, dtype } = given[name];
    expect({ name, shape, dtype }).toEqual({ name, shape: gradient.shape, dtype: gradient.dtype });
    const difference = relativeDifference(given[name], gradient);
    expect({ name, difference, close: difference < tolerance }).toEqual({ name, difference, close: true });
  }
}

/** Largest difference, in parts of the largest expected number; NaN where only one of two numbers is NaN. */
export function relativeDifference(actual: Tensor, expected: Tensor): number {
  const numbers = toArray(actual);
  let largest = 1e-30;
  let worst = 0;
  for (const [i, x] of toArray(expected).entries()) {
    if (Object.is(x, numbers[i])) {
      if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
      continue;
    }
    const difference = Math.abs(x - numbers[i]);
    if (Number.isNaN(difference)) return NaN;
    largest = Math.max(largest, Math.abs(x));
    worst = Math.max(worst, difference);
  }
  return worst / largest;
}

/** Every gradient by a name of its own. */
export function byName({ query, key, value, tables, sinks }: Named): Readonly<Record<string, Tensor>> {
  const all: Record<string, Tensor> = { query, key, value };
  for (const [role, gradients] of Object.entries<Readonly<Record<string, Tensor>>>({ ...tables })) {
    for (const [name, gradient] of Object.entries(gradients)) all[`${role}.${name}`] = gradient;
  }
  return sinks ? { ...all, sinks } : all;
}
