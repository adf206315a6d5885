import { checkOptions, readValues, zeros, type Tensor } from "@fovea/tensor";
import { checkWhole } from "./check-whole.ts";
import { EmbeddingError } from "./embedding-error.ts";
import { rotaryFrequencies, type RotaryFrequencyOptions } from "./rotary-frequencies.ts";

/** Cosine and sine of every position's angles, times the magnitude that YaRN asks for. */
export interface RotaryTables {
  /** `[positions, rotaryDim / 2]`, or `[batch, tokens, rotaryDim / 2]` */
  readonly cos: Tensor;
  readonly sin: Tensor;
}

export interface RotaryTableOptions extends RotaryFrequencyOptions {
  /** How many positions, counted from 0; or the positions themselves (fractions allowed) `[positions]` or `[batch, tokens]`. */
  readonly positions: number | Tensor;
}

/** Prepares what `applyRotary` reads. Angles are computed in float64: float32 would be off by up to 0.004 rad at position 100,000.
 *  @returns float32 tables of shape `[...positions, rotaryDim / 2]`
 *  @throws {EmbeddingError} as `rotaryFrequencies` */
export function rotaryTables(options: RotaryTableOptions): RotaryTables {
  checkOptions(
    "rotaryTables",
    options,
    { positions: true, rotaryDim: true, base: true, scaling: true },
    { required: true, Refuse: EmbeddingError },
  );
  const { positions: given, ...waves } = options;
  const { frequencies, magnitude } = rotaryFrequencies(waves);
  if (typeof given === "number") checkWhole("rotaryTables", "positions", given, 1);
  const positions = typeof given === "number" ? Float64Array.from({ length: given }, (_, i) => i) : readValues(given);
  const shape = [...(typeof given === "number" ? [given] : given.shape), frequencies.length];
  const cos = zeros(shape);
  const sin = zeros(shape);
  for (let row = 0; row < positions.length; row++) {
    for (let wave = 0; wave < frequencies.length; wave++) {
      const angle = positions[row] * frequencies[wave];
      cos.data[row * frequencies.length + wave] = Math.cos(angle) * magnitude;
      sin.data[row * frequencies.length + wave] = Math.sin(angle) * magnitude;
    }
  }
  return { cos, sin };
}
