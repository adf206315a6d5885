import { chain } from "./chain.ts";
import { checkOptions } from "./check-options.ts";
import { erfc } from "./erf.ts";
import { logistic, weigh } from "./logistic.ts";
import { map } from "./map.ts";
import type { Tensor } from "./tensor.ts";

/** Which GELU: `"none"` is the exact one, by the error function; `"tanh"` the approximation that GPT-2 and BERT's first code use. */
export interface GeluOptions {
  /** Default `"none"`. */
  readonly approximate?: "none" | "tanh";
}

/** `x` times the chance that a standard normal number is below x. @see Hendrycks and Gimpel 2016, "Gaussian error linear units" */
export function gelu(input: Tensor, options: GeluOptions = {}): Tensor {
  const chance = chanceOf("gelu", options);
  return map(input, (x) => weigh(x, chance.value(x)));
}

/** The gradient of `gelu`; pass the same options. */
export function geluGradient(input: Tensor, outputGradient: Tensor, options: GeluOptions = {}): Tensor {
  const chance = chanceOf("geluGradient", options);
  return chain("geluGradient", input, outputGradient, (x) => chance.value(x) + weigh(x, chance.slope(x)));
}

interface Chance {
  readonly value: (x: number) => number;
  readonly slope: (x: number) => number;
}

const normalChance: Chance = {
  value: (x) => erfc(-x / Math.SQRT2) / 2,
  slope: (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI),
};

// (1 + tanh(u)) / 2 = sigmoid(2 u), which does not cancel for negative u; u = sqrt(2 / pi) * (x + 0.044715 x^3).
const steepness = 2 * Math.sqrt(2 / Math.PI);
const tanhChance: Chance = {
  value: (x) => logistic(steepness * (x + 0.044715 * x * x * x)),
  slope: (x) => {
    const doubled = steepness * (x + 0.044715 * x * x * x);
    return weigh(steepness * (1 + 3 * 0.044715 * x * x), logistic(doubled) * logistic(-doubled));
  },
};

function chanceOf(who: string, options: GeluOptions): Chance {
  checkOptions(who, options, { approximate: true }, { example: `${who}(…, { approximate: "tanh" })` });
  const { approximate = "none" } = options;
  if (approximate === "none") return normalChance;
  if (approximate === "tanh") return tanhChance;
  throw new RangeError(`gelu: approximate must be "none" or "tanh", got ${String(approximate)}.`);
}
