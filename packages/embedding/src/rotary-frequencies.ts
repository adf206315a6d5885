import { checkOptions } from "@fovea/tensor";
import { checkChoice } from "./check-choice.ts";
import { checkWhole } from "./check-whole.ts";
import { EmbeddingError } from "./embedding-error.ts";

/** How rotary frequencies are changed so that a model reads further than it was trained. `factor` is how many times further (≥ 1),
 *  `trainedLength` how many tokens it was trained on. */
export type RotaryScaling =
  /** Every position divided by factor (Chen et al. 2023, position interpolation). */
  | { readonly type: "linear"; readonly factor: number }
  /** A larger base, `base · factor^(d / (d - 2))`: the slowest wave is stretched by factor, the fastest not at all (bloc97 2023). */
  | { readonly type: "ntk"; readonly factor: number }
  /** The same with factor growing with the present `length`: `factor · length / trainedLength - (factor - 1)`; up to trainedLength nothing changes. */
  | { readonly type: "dynamicNtk"; readonly factor: number; readonly trainedLength: number; readonly length: number }
  /** Waves that turn more than `betaFast` times (default 32) in trainedLength stay, those below `betaSlow` (default 1) are divided by factor,
   *  a ramp between, its ends rounded to whole waves unless `truncate` is false; scores grow by `magnitude`², default
   *  magnitude `0.1 ln(factor) + 1` (Peng et al. 2023, "YaRN", eq. 19 to 22). */
  | {
      readonly type: "yarn";
      readonly factor: number;
      readonly trainedLength: number;
      readonly betaFast?: number;
      readonly betaSlow?: number;
      readonly magnitude?: number;
      readonly truncate?: boolean;
    }
  /** By wavelength: shorter than `trainedLength / highFrequencyFactor` stays, longer than `trainedLength / lowFrequencyFactor` is divided
   *  by factor, smooth between (Llama 3.1: factor 8, low 1, high 4, trained 8192). */
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly trainedLength: number;
      readonly lowFrequencyFactor: number;
      readonly highFrequencyFactor: number;
    };

export interface RotaryFrequencyOptions {
  /** How many of a head's dimensions are rotated, even: two per frequency. */
  readonly rotaryDim: number;
  /** Default 10000. */
  readonly base?: number;
  readonly scaling?: RotaryScaling;
}

export interface RotaryFrequencies {
  /** Radians per position, fastest first, `[rotaryDim / 2]`. */
  readonly frequencies: Float64Array;
  /** Factor on the rotated vectors: 1 for all but YaRN. */
  readonly magnitude: number;
}

/** The angle per position of each rotated pair: `base^(-2 i / rotaryDim)`, then scaled.
 *  @throws {EmbeddingError} for an odd rotaryDim or factors out of range
 *  @see Su et al. 2021, "RoFormer", eq. 15 */
export function rotaryFrequencies(options: RotaryFrequencyOptions): RotaryFrequencies {
  checkOptions(
    "rotaryFrequencies",
    options,
    { rotaryDim: true, base: true, scaling: true },
    { required: true, Refuse: EmbeddingError },
  );
  const { rotaryDim, base = 10000, scaling } = options;
  checkWhole("rotaryFrequencies", "rotaryDim", rotaryDim, 2);
  if (rotaryDim % 2 !== 0) throw new EmbeddingError(`rotaryFrequencies: rotaryDim must be even, got ${rotaryDim}.`);
  checkPositive({ base });
  const plain = powers(base, rotaryDim);
  if (scaling === undefined) return { frequencies: plain, magnitude: 1 };
  checkChoice("rotaryFrequencies", "scaling.type", scaling.type, ["linear", "ntk", "dynamicNtk", "yarn", "llama3"]);
  if (!(scaling.factor >= 1)) {
    throw new EmbeddingError(`rotaryFrequencies: factor must be at least 1, got ${scaling.factor}.`);
  }
  const { factor } = scaling;
  const stretched = (by: number): Float64Array => {
    if (rotaryDim < 4) throw new EmbeddingError("rotaryFrequencies: NTK scaling needs a rotaryDim of at least 4.");
    return powers(base * by ** (rotaryDim / (rotaryDim - 2)), rotaryDim);
  };
  switch (scaling.type) {
    case "linear":
      return { frequencies: plain.map((frequency) => frequency / factor), magnitude: 1 };
    case "ntk":
      return { frequencies: stretched(factor), magnitude: 1 };
    case "dynamicNtk": {
      const { trainedLength, length } = scaling;
      checkPositive({ trainedLength, length });
      const by = (factor * Math.max(length, trainedLength)) / trainedLength - (factor - 1);
      return { frequencies: by === 1 ? plain : stretched(by), magnitude: 1 };
    }
    case "yarn": {
      const { trainedLength, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
      const { magnitude = 0.1 * Math.log(factor) + 1 } = scaling;
      checkPositive({ trainedLength, betaFast, betaSlow, magnitude });
      // the wave (fractional index) that turns so many times within trainedLength
      const waveOf = (turns: number): number =>
        (rotaryDim * Math.log(trainedLength / (turns * 2 * Math.PI))) / (2 * Math.log(base));
      const low = Math.max(truncate ? Math.floor(waveOf(betaFast)) : waveOf(betaFast), 0);
      const high = Math.min(truncate ? Math.ceil(waveOf(betaSlow)) : waveOf(betaSlow), rotaryDim - 1);
      const width = high === low ? 0.001 : high - low; // a ramp of no width would divide by 0
      const frequencies = plain.map((frequency, wave) => {
        const interpolated = Math.min(Math.max((wave - low) / width, 0), 1);
        return (frequency / factor) * interpolated + frequency * (1 - interpolated);
      });
      return { frequencies, magnitude };
    }
    case "llama3": {
      const { trainedLength, lowFrequencyFactor, highFrequencyFactor } = scaling;
      checkPositive({ trainedLength, lowFrequencyFactor, highFrequencyFactor });
      if (!(highFrequencyFactor > lowFrequencyFactor)) {
        throw new EmbeddingError(
          `rotaryFrequencies: highFrequencyFactor must be above lowFrequencyFactor, got ${highFrequencyFactor} and ${lowFrequencyFactor}.`,
        );
      }
      const frequencies = plain.map((frequency) => {
        const turns = (trainedLength * frequency) / (2 * Math.PI);
        const kept = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
        const smooth = Math.min(Math.max(kept, 0), 1);
        return (frequency / factor) * (1 - smooth) + frequency * smooth;
      });
      return { frequencies, magnitude: 1 };
    }
  }
}

function powers(base: number, rotaryDim: number): Float64Array {
  return Float64Array.from({ length: rotaryDim / 2 }, (_, wave) => base ** ((-2 * wave) / rotaryDim));
}

function checkPositive(numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0 && value < Infinity)) {
      throw new EmbeddingError(`rotaryFrequencies: ${name} must be a positive number, got ${value}.`);
    }
  }
}
