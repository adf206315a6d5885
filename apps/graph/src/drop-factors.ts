import { randomUniform } from "@fovea/program";
import { dropoutRate } from "./graph-attention.ts";

/** What dropout multiplies numbers by: 0, or what makes up for those left out. A pure function of seed and place.
 *  @param place keeps the numbers of a layer's two dropouts apart */
export function dropFactors(seed: number, place: "inputs" | "values", length: number): Float32Array {
  const stream = place === "inputs" ? 1 : 2;
  const kept = 1 / (1 - dropoutRate);
  const factors = new Float32Array(length);
  for (let i = 0; i < length; i++) factors[i] = randomUniform(seed, stream, 0, 0, i) < dropoutRate ? 0 : kept;
  return factors;
}
