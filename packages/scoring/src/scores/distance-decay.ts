import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";
import { scoreAmount } from "./score-table.ts";

/** How weights fade with the distance `|query - key|`. Amounts are numbers above 0, or `[heads]` tables of them
 *  (learned if you like). */
export type DistanceDecayOptions =
  /** Weight halves every `halfLife` keys. */
  | { readonly kind: "exponential"; readonly halfLife: number | TensorLike }
  /** Weight falls as `(1 + distance / scale)^-exponent`: far keys keep some. `scale` in keys, default 1. */
  | { readonly kind: "power"; readonly exponent: number | TensorLike; readonly scale?: number | TensorLike }
  /** Weight follows a bell: `exp(-distance² / (2 deviation²))`; `deviation` in keys. */
  | { readonly kind: "gaussian"; readonly deviation: number | TensorLike };

type Logarithm = (scope: Scope, distance: Value) => Value;

/** Multiplies each weight by a decay of the distance, on both sides, by adding its logarithm to the score:
 *  exponential `score - distance × ln 2 / halfLife` (ALiBi is this with its own slopes), power
 *  `score - exponent × ln(1 + distance / scale)` (the logarithmic kernel of KERPLE), gaussian
 *  `score - distance² / (2 deviation²)`.
 *  @see Chi et al. 2022, "KERPLE", eq. 4 */
export function distanceDecay(options: DistanceDecayOptions): Program {
  checkOptions(
    "distanceDecay",
    options,
    { kind: true, halfLife: true, exponent: true, scale: true, deviation: true },
    { required: true, Refuse: ScoreError },
  );
  const logarithm = logarithmOf(options);
  return trace((scope) => {
    // to float before squaring: an int square would wrap at a distance of 46,341
    const distance = scope.query.subtract(scope.key).absolute().toFloat();
    return scope.score.add(logarithm(scope, distance));
  });
}

function logarithmOf(options: DistanceDecayOptions): Logarithm {
  const who = "distanceDecay";
  switch (options.kind) {
    case "exponential": {
      const halfLife = scoreAmount(
        who,
        "halfLife",
        options.halfLife,
        "It is the distance in keys over which a weight halves.",
      );
      return (scope, distance) => distance.multiply(-Math.LN2).divide(halfLife(scope));
    }
    case "power": {
      const exponent = scoreAmount(who, "exponent", options.exponent, "Larger forgets faster; 1 gives 1 / distance.");
      const scale = scoreAmount(
        who,
        "scale",
        options.scale ?? 1,
        "It is the distance in keys at which fading sets in.",
      );
      return (scope, distance) => distance.divide(scale(scope)).add(1).log().multiply(exponent(scope)).negate();
    }
    case "gaussian": {
      const deviation = scoreAmount(who, "deviation", options.deviation, "It is the half width of the bell in keys.");
      return (scope, distance) => {
        const deviations = distance.divide(deviation(scope));
        return deviations.multiply(deviations).multiply(-0.5);
      };
    }
    default: {
      const { kind } = options as { readonly kind?: unknown };
      throw new ScoreError(
        `${who}: kind must be "exponential", "power" or "gaussian", got ${String(kind)}. Try { kind: "exponential", halfLife: 64 }.`,
      );
    }
  }
}
