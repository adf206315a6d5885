import type { Scope, Value } from "@fovea/program";
import { CaseError } from "../case-error.ts";
import { kindOf } from "../decode-tensor.ts";
import type { NodeAttributes } from "./node-attributes.ts";

/** What an elementwise operator of ONNX does to one element of each input. An absent input is null. */
export type Elementwise = (scope: Scope, inputs: readonly (Value | null)[], attributes: NodeAttributes) => Value;

type Unary = (x: Value, scope: Scope, attributes: NodeAttributes) => Value;
type Binary = (a: Value, b: Value, scope: Scope, attributes: NodeAttributes) => Value;

const given = (value: Value | null | undefined): Value => {
  if (value) return value;
  throw new CaseError("an input is missing.");
};
const unary =
  (rule: Unary): Elementwise =>
  (scope, [x], attributes) =>
    rule(given(x), scope, attributes);
const binary =
  (rule: Binary): Elementwise =>
  (scope, [a, b], attributes) =>
    rule(given(a), given(b), scope, attributes);
const folded =
  (rule: (a: Value, b: Value) => Value): Elementwise =>
  (_, inputs) =>
    inputs.map(given).reduce(rule);

const isInt = (x: Value): boolean => x.type === "int";
const softplus = (x: Value): Value => x.maximum(0).add(x.absolute().negate().exp().add(1).log());
const notANumber = (x: Value): Value => x.notEqual(x);

/** Towards zero, as ints divide in ONNX. */
const truncated = (a: Value, b: Value): Value => {
  const quotient = a.absolute().floorDivide(b.absolute());
  return a.less(0).notEqual(b.less(0)).select(quotient.negate(), quotient);
};

const remainder: Binary = (a, b, _, attributes) => {
  if (attributes.number("fmod", 0) === 0) return a.remainder(b);
  const size = a.absolute().remainder(b.absolute());
  return a.less(0).select(size.negate(), size);
};

const power: Binary = (base, exponent) => {
  const result = base.toFloat().power(exponent.toFloat());
  return isInt(base) ? result.toInt() : result;
};

/** Halves to the even neighbour. */
const round: Unary = (x) => {
  const down = x.floor();
  const rest = x.subtract(down);
  const up = rest.greater(0.5).or(rest.equal(0.5).and(down.remainder(2).equal(1)));
  return up.select(down.add(1), down);
};

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
const erf = (x: Value): Value => {
  const size = x.absolute();
  const t = size.multiply(0.3275911).add(1).power(-1);
  const coefficients = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  const [first, ...rest] = coefficients;
  const series = rest.reduce<Value>((sum, next) => sum.multiply(t).add(next), t.multiply(0).add(first)).multiply(t);
  const positive = series.multiply(size.multiply(size).negate().exp()).negate().add(1);
  return x.less(0).select(positive.negate(), positive);
};

const gelu: Unary = (x, scope, attributes) => {
  if (attributes.text("approximate", "none") === "none")
    return x.multiply(0.5).multiply(erf(x.multiply(Math.SQRT1_2)).add(1));
  const inner = x.add(x.power(3).multiply(0.044715)).multiply(Math.sqrt(2 / Math.PI));
  return x.multiply(0.5).multiply(scope.tanh(inner).add(1));
};

function castTo(type: number, x: Value): Value {
  const kind = kindOf(type);
  if (kind === x.type) return x;
  if (kind === "bool") return x.notEqual(0);
  return kind === "int" ? x.toInt() : x.toFloat();
}

/** Elementwise operators by name. Each is written once: over scores it becomes part of the program, over constants it is evaluated. */
export const elementwise: Readonly<Record<string, Elementwise>> = {
  Identity: unary((x) => x),
  Cast: unary((x, _, attributes) => castTo(attributes.number("to", 1), x)),
  CastLike: binary((x, like) => castTo(like.type === "float" ? 1 : like.type === "int" ? 7 : 9, x)),
  // arithmetic
  Add: binary((a, b) => a.add(b)),
  Sub: binary((a, b) => a.subtract(b)),
  Mul: binary((a, b) => a.multiply(b)),
  Div: binary((a, b) => (isInt(a) ? truncated(a, b) : a.divide(b))),
  Mod: binary(remainder),
  Pow: binary(power),
  Sum: folded((a, b) => a.add(b)),
  Mean: (_, inputs) =>
    inputs
      .map(given)
      .reduce((a, b) => a.add(b))
      .divide(inputs.length),
  Min: folded((a, b) => a.minimum(b)),
  Max: folded((a, b) => a.maximum(b)),
  Clip: (_, [x, low, high]) => {
    const above = low ? given(x).maximum(low) : given(x);
    return high ? above.minimum(high) : above;
  },
  Neg: unary((x) => x.negate()),
  Abs: unary((x) => x.absolute()),
  Sign: unary((x) => x.greater(0).select(1, x.less(0).select(-1, x.multiply(0)))),
  Reciprocal: unary((x, scope) => scope.constant(1, "float").divide(x)),
  Floor: unary((x) => x.floor()),
  Ceil: unary((x) => x.negate().floor().negate()),
  Round: unary(round),
  // functions
  Exp: unary((x) => x.exp()),
  Log: unary((x) => x.log()),
  Sqrt: unary((x) => x.sqrt()),
  Sin: unary((x) => x.sin()),
  Cos: unary((x) => x.cos()),
  Tan: unary((x) => x.sin().divide(x.cos())),
  Sinh: unary((x) => x.exp().subtract(x.negate().exp()).divide(2)),
  Cosh: unary((x) => x.exp().add(x.negate().exp()).divide(2)),
  Tanh: unary((x) => x.tanh()),
  Erf: unary(erf),
  // activations
  Sigmoid: unary((x) => x.sigmoid()),
  HardSigmoid: unary((x, _, a) => x.multiply(a.number("alpha", 0.2)).add(a.number("beta", 0.5)).maximum(0).minimum(1)),
  HardSwish: unary((x) => x.multiply(x.divide(6).add(0.5).maximum(0).minimum(1))),
  Swish: unary((x, _, a) => x.multiply(x.multiply(a.number("alpha", 1)).sigmoid())),
  Relu: unary((x) => x.maximum(0)),
  LeakyRelu: unary((x, _, a) => x.less(0).select(x.multiply(a.number("alpha", 0.01)), x)),
  PRelu: binary((x, slope) => x.less(0).select(x.multiply(slope), x)),
  ThresholdedRelu: unary((x, _, a) => x.greater(a.number("alpha", 1)).select(x, 0)),
  Elu: unary((x, _, a) => x.less(0).select(x.exp().subtract(1).multiply(a.number("alpha", 1)), x)),
  Celu: unary((x, _, a) => {
    const alpha = a.number("alpha", 1);
    return x.less(0).select(x.divide(alpha).exp().subtract(1).multiply(alpha), x);
  }),
  Selu: unary((x, _, a) => {
    const low = x.exp().subtract(1).multiply(a.number("alpha", 1.6732632423543772));
    return x.greater(0).select(x, low).multiply(a.number("gamma", 1.0507009873554805));
  }),
  Gelu: unary(gelu),
  Mish: unary((x) => x.multiply(softplus(x).tanh())),
  Softplus: unary(softplus),
  Softsign: unary((x) => x.divide(x.absolute().add(1))),
  // comparisons and logic
  Equal: binary((a, b) => a.equal(b)),
  Less: binary((a, b) => a.less(b)),
  LessOrEqual: binary((a, b) => a.lessEqual(b)),
  Greater: binary((a, b) => a.greater(b)),
  GreaterOrEqual: binary((a, b) => a.greaterEqual(b)),
  IsNaN: unary(notANumber),
  IsInf: unary((x, scope, a) => {
    const high = a.number("detect_positive", 1) === 1 ? x.equal(Infinity) : scope.constant(false);
    return a.number("detect_negative", 1) === 1 ? high.or(x.equal(-Infinity)) : high;
  }),
  Not: unary((x) => x.not()),
  And: binary((a, b) => a.and(b)),
  Or: binary((a, b) => a.or(b)),
  Xor: binary((a, b) => a.notEqual(b)),
  Where: (scope, [condition, a, b]) => scope.select(given(condition), given(a), given(b)),
  // bits of ints
  BitwiseAnd: binary((a, b) => a.bitAnd(b)),
  BitwiseOr: binary((a, b) => a.bitOr(b)),
  BitwiseXor: binary((a, b) => a.bitXor(b)),
  BitwiseNot: unary((x) => x.bitXor(-1)),
  BitShift: binary((a, b, _, attributes) =>
    attributes.text("direction", "LEFT") === "LEFT" ? a.shiftLeft(b) : a.shiftRight(b),
  ),
};
