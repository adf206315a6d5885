import { zeros, type Tensor } from "@fovea/tensor";

/** `start, start + 1, …` for every batch element, int32 `[batch, tokens]`. */
export function tokenPositions(batch: number, tokens: number, start: number): Tensor {
  const positions = zeros([batch, tokens], "int32");
  for (let i = 0; i < positions.data.length; i++) positions.data[i] = start + (i % tokens);
  return positions;
}
