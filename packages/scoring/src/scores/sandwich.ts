import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { checkCount, checkPositive } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";

export interface SandwichOptions {
  /** Number of query heads. */
  readonly heads: number;
  /** Size of the sinusoidal embeddings whose product the bias is, even; default 128 as in the paper. */
  readonly dimensions?: number;
  /** Longest distance of the sinusoids over 2π; default 10000. */
  readonly base?: number;
  /** With it the bias is a table of this many distances, one read per pair (beyond, the last is read). Without it
   *  every pair computes `dimensions / 2` cosines: any length, but slow. */
  readonly length?: number;
}

/** Sandwich: keeps of sinusoidal position embeddings only their product with each other,
 *  `score + heads / (8 (head + 1)) × Σ over i < dimensions / 2 of cos((query - key) / base^(2i / dimensions))`,
 *  which decays with distance.
 *  @see Chi et al. 2023, "Dissecting Transformer Length Extrapolation via the Lens of Receptive Field Analysis",
 *  section 5 */
export function sandwich(options: SandwichOptions): Program {
  checkOptions(
    "sandwich",
    options,
    { heads: true, dimensions: true, base: true, length: true },
    { required: true, example: "sandwich({ heads: 8 })", Refuse: ScoreError },
  );
  const { heads, dimensions = 128, base = 10000, length } = options;
  checkCount("sandwich", "heads", heads, 1, "Pass the number of query heads.");
  checkCount("sandwich", "dimensions / 2", dimensions / 2, 1, "The paper uses 128 dimensions.", 512);
  checkPositive("sandwich", "base", base, "The paper uses 10000.");
  if (length !== undefined)
    checkCount("sandwich", "length", length, 1, "It is the longest sequence; leave it out for any length.", 2 ** 24);

  const frequencies = Array.from({ length: dimensions / 2 }, (_, i) => base ** ((-2 * i) / dimensions));
  const product = length === undefined ? computed(frequencies) : tabulated(frequencies, length);
  return trace((scope) => {
    const distance = scope.query.subtract(scope.key).absolute();
    const compression = scope.head
      .add(1)
      .toFloat()
      .multiply(8 / heads);
    return scope.score.add(product(scope, distance).divide(compression));
  });
}

type Product = (scope: Scope, distance: Value) => Value;

function computed(frequencies: readonly number[]): Product {
  return (_, distance) =>
    frequencies.map((frequency) => distance.toFloat().multiply(frequency).cos()).reduce((sum, term) => sum.add(term));
}

function tabulated(frequencies: readonly number[], length: number): Product {
  const products = Float64Array.from({ length }, (_, distance) =>
    frequencies.reduce((sum, frequency) => sum + Math.cos(distance * frequency), 0),
  );
  return ({ table }, distance) => table("products", products).at(distance.minimum(length - 1));
}
