import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions, expandDims, map, multiply, subtract } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";

export type Activation = "relu" | "squaredRelu" | "sigmoid" | "softplus" | "gelu";

const activations: Readonly<Record<Activation, (x: Value) => Value>> = {
  relu: (x) => x.maximum(0),
  squaredRelu: (x) => x.maximum(0).multiply(x.maximum(0)),
  sigmoid: (x) => x.sigmoid(),
  softplus: (x) => x.maximum(0).add(x.absolute().negate().exp().add(1).log()),
  // the tanh form: x × (1 + tanh(u)) / 2 = x × sigmoid(2u)
  gelu: (x) =>
    x.multiply(
      cubic(x)
        .multiply(2 * Math.sqrt(2 / Math.PI))
        .sigmoid(),
    ),
};

const cubic = (x: Value): Value => x.multiply(x).multiply(0.044715).add(1).multiply(x);

export interface ActivationByLogOptions {
  /** Added to the activation, in units of a weight, at least 0; default 0. gelu dips to -0.17: it needs 0.17 or
   *  more, for example 1. */
  readonly offset?: number;
}

/** Lets softmax weigh by an activation f in place of exp: `log(f(score) + offset)`, so that weights are
 *  `(f(score) + offset) / row sum`. Where `f(score) + offset` is not above 0 the score becomes -Infinity: that key
 *  gets nothing, and no gradient. A row of nothing else is a row that sees nothing. To undo the division too, see
 *  {@link undoSoftmax}.
 *  @param activation a name, or a function of the traced score
 *  @see attention-gym, `generate_activation_score_mod` */
export function activationByLog(
  activation: Activation | ((score: Value, scope: Scope) => Value),
  options: ActivationByLogOptions = {},
): Program {
  checkOptions("activationByLog", options, { offset: true }, { Refuse: ScoreError });
  const { offset = 0 } = options;
  if (typeof activation !== "function" && !Object.hasOwn(activations, activation)) {
    const names = Object.keys(activations).join(", ");
    throw new ScoreError(
      `activationByLog: activation must be one of ${names}, or a function, got ${String(activation)}. For others pass (score) => …`,
    );
  }
  if (!Number.isFinite(offset) || offset < 0) {
    throw new ScoreError(
      `activationByLog: offset must be a finite number of at least 0, got ${String(offset)}. 0 keeps the activation as it is.`,
    );
  }
  const activate = typeof activation === "function" ? activation : activations[activation];
  return trace((scope) => {
    const weight = activate(scope.score, scope).add(offset);
    const positive = weight.greater(0);
    // the inner select keeps log away from 0, whose derivative would turn the outer select's 0 into NaN
    return positive.select(positive.select(weight, 1).log(), -Infinity);
  });
}

/** Takes softmax's division back: from attention under {@link activationByLog} to `Σ f(score) × value`.
 *  @param output `[batch, heads, queries, valueDim]`
 *  @param logSumExp `[batch, heads, queries]`, as attention returns it
 *  @param correction needed for an offset: `valueSum` is the sum of the values each query sees,
 *  `[batch, heads, queries or 1, valueDim]`
 *  @returns `[batch, heads, queries, valueDim]` */
export function undoSoftmax(
  output: Tensor,
  logSumExp: Tensor,
  correction?: { readonly offset: number; readonly valueSum: Tensor },
): Tensor {
  const sums = expandDims(map(logSumExp, Math.exp), -1);
  const whole = multiply(output, sums);
  return correction
    ? subtract(
        whole,
        map(correction.valueSum, (value) => value * correction.offset),
      )
    : whole;
}
