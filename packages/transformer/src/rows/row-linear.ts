import type { Projection } from "@fovea/multi-head-attention";
import { readValues } from "@fovea/tensor";
import type { RowMemory } from "./row-memory.ts";

/** `to = from · weight + bias` for one row; addresses in the memory. The row is followed by a zero where it is odd. */
export type RowLinear = (from: number, to: number) => void;

/** One linear map, or several of the same row with their results side by side. */
export function createRowLinear(memory: RowMemory, ...projections: readonly Projection[]): RowLinear {
  const { address, inner, panels } = memory.pack(...projections.map(({ weight }) => weight));
  if (projections.every(({ bias }) => !bias)) return (from, to) => memory.product(from, address, to, inner, panels);
  const biases = projections.flatMap(({ weight, bias }) =>
    bias ? Array.from(readValues(bias)) : Array.from({ length: weight.shape[1] }, () => 0),
  );
  return (from, to) => {
    memory.product(from, address, to, inner, panels);
    const { numbers } = memory;
    for (let column = 0; column < biases.length; column++) numbers[to + column] += biases[column];
  };
}
