import { readValues, type Tensor } from "@fovea/tensor";
import type { Normalization } from "../normalization.ts";
import type { RowMemory } from "./row-memory.ts";

/** Normalizes one row, in place or to another; addresses in the memory. */
export type RowNorm = (from: number, to: number) => void;

export function createRowNorm(memory: RowMemory, normalization: Normalization, dim: number): RowNorm {
  const { kind, scale, bias, epsilon = kind === "rms" ? 1e-6 : 1e-5 } = normalization;
  const scales = numbersOf(scale, dim, 1);
  const biases = numbersOf(bias, dim, 0);
  return (from, to) => {
    const { numbers } = memory;
    let mean = 0;
    if (kind === "layer") {
      for (let d = 0; d < dim; d++) mean += numbers[from + d];
      mean /= dim;
    }
    let squares = 0;
    for (let d = 0; d < dim; d++) squares += (numbers[from + d] - mean) * (numbers[from + d] - mean);
    const factor = 1 / Math.sqrt(squares / dim + epsilon);
    for (let d = 0; d < dim; d++) numbers[to + d] = (numbers[from + d] - mean) * factor * scales[d] + biases[d];
  };
}

function numbersOf(vector: Tensor | undefined, dim: number, otherwise: number): Float64Array {
  return vector ? Float64Array.from(readValues(vector)) : new Float64Array(dim).fill(otherwise);
}
