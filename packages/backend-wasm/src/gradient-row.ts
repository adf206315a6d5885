import { FunctionBody, type Local } from "./assembler.ts";
import type { BackwardShape } from "./backward-shape.ts";
import type { VectorDerivative, VectorDerivativeValues } from "./create-vector-derivative.ts";
import { prepareExp2 } from "./exp2.ts";
import { dividesMean, emitScoreGradient, emitWeigh, type GradientRule } from "./gradient-rule.ts";
import { TableGradients } from "./table-gradients.ts";
import { VectorEmitter } from "./vector-emitter.ts";
import type { VectorProgram } from "./vector-program.ts";

export interface GradientRowParts {
  readonly shape: BackwardShape;
  readonly rule: GradientRule;
  readonly score: VectorDerivative | null;
  /** Null in full tiles. */
  readonly mask: VectorProgram | null;
  readonly probability: VectorDerivative | null;
  /** Hides columns before `low` and from `end` on. */
  readonly cut: boolean;
  /** Exponents of 2 in one unit of score, for softmax. */
  readonly unit: number;
  /** "gradients": weights and gradients of scores, in place. "means": only adds up what the row's mean is made of. */
  readonly purpose: "gradients" | "means";
  /** Place in the list of table sums. */
  readonly tableIndex: (role: "score" | "probability", name: string) => number;
  readonly relaxed: boolean;
}

/** `gradientRow(row, width8, keyStart, low, end, call, batch, head, query, shift, mean, target)`: one row of a tile, from scores and gradients of
 *  weights (`shape.gradients - shape.weights` behind) to what multiplies the values and the gradients of the products, in place. Hidden pairs become 0 by
 *  selection in both, whatever they held.
 *  `target` is the list of table sums; or, for means, the address of the row's first sum, the second lying `shares - means` further. */
export function emitGradientRow(parts: GradientRowParts): FunctionBody {
  const { shape, rule, score, mask, probability, cut, unit, purpose, relaxed } = parts;
  const int = "i32";
  const f = new FunctionBody([int, int, int, int, int, int, int, int, int, "f32", "f32", int]);
  const [row, width, keyStart, low, end, call, batch, head, query, shift, mean, target] = f.parameters.map((_, index) =>
    f.parameter(index),
  );
  const v = new VectorEmitter(f, relaxed);
  const distance = shape.gradients - shape.weights;
  const vector = (): Local => f.local("v128");
  const keys = vector();
  const first = vector();
  const behind = vector();
  const product = vector();
  const value = vector();
  const seen = vector();
  const upstream = vector();
  const total = vector();
  const shares = vector();
  const at = f.local("i32");
  const atEnd = f.local("i32");
  const rowEnd = f.local("i32");
  const splat = (number: Local): Local => {
    f.get(number);
    f.op(number.type === "f32" ? "f32x4.splat" : "i32x4.splat");
    const local = vector();
    f.set(local);
    return local;
  };
  const constant = (value: number): Local => {
    const local = f.local("f32");
    f.f32(value);
    f.set(local);
    return local;
  };
  const shifts = splat(shift);
  const means = splat(mean);
  const exp2 = rule === "softmax" ? prepareExp2(f, unit === 1 ? null : constant(unit)) : null;
  const programs = score !== null || probability !== null;
  const usesKeys = programs || mask !== null || cut;
  // Where nothing is hidden on purpose, softmax weighs 0 exactly what has no gradient. Elsewhere that will not do: in a row whose shift is NaN, so are
  // the weights of hidden pairs.
  const explicit = usesKeys || (rule !== "softmax" && !dividesMean(rule));

  const scope = { call, batch, head, query };
  score?.emitRow(f, scope);
  mask?.emitRow(f, scope);
  probability?.emitRow(f, scope);
  const sumsOf = (role: "score" | "probability") => (name: string) => {
    f.get(target);
    f.memory("i32.load", parts.tableIndex(role, name) * 4);
  };
  const summed = (derivative: VectorDerivative | null): VectorDerivative | null =>
    purpose === "gradients" ? derivative : null;
  const scoreTables = new TableGradients(v, summed(score), sumsOf("score"), call);
  const probabilityTables = new TableGradients(v, summed(probability), sumsOf("probability"), call);
  f.get(keyStart);
  f.op("i32x4.splat");
  f.i32x4(0, 1, 2, 3);
  f.op("i32x4.add");
  f.set(keys);
  f.get(low);
  f.op("i32x4.splat");
  f.set(first);
  f.get(end);
  f.op("i32x4.splat");
  f.set(behind);
  f.f32x4(0);
  f.tee(total);
  f.set(shares);

  const through = (
    derivative: VectorDerivative | null,
    input: Local,
    use: (values: VectorDerivativeValues) => void,
  ): void => {
    if (derivative) derivative.emitPair(f, input, keys, use);
    else use({ value: input, score: null, reads: [] });
  };
  const hide = (): void => {
    f.f32x4(-Infinity);
    mask?.emitPair(f, null, keys);
    if (cut) {
      f.get(keys);
      f.get(first);
      f.op("i32x4.ge_s");
      f.get(keys);
      f.get(behind);
      f.op("i32x4.lt_s");
      f.op("v128.and");
      if (mask) f.op("v128.and");
    }
    f.op("v128.bitselect");
  };
  const fourPairs = (): Local => {
    f.get(at);
    f.memory("v128.load");
    f.set(product);
    f.get(at);
    f.memory("v128.load", distance);
    f.set(upstream);
    through(score, product, (scored) => {
      f.get(scored.value);
      if (mask || cut) hide();
      f.set(value);
      const weighed = emitWeigh(v, rule, value, shifts, exp2);
      f.get(explicit ? value : weighed.weight);
      f.f32x4(explicit ? -Infinity : 0);
      f.op("f32x4.ne");
      f.set(seen);
      through(probability, weighed.weight, (changed) => {
        if (purpose === "gradients") {
          f.get(at);
          f.get(changed.value);
          if (explicit) {
            f.get(seen);
            f.op("v128.and");
          }
          f.memory("v128.store");
          probabilityTables.add(changed, upstream, seen);
        }
        multiply(f, upstream, changed.score);
        if (purpose === "means") {
          f.get(total);
          f.get(weighed.share);
          f.get(upstream);
          f.op("f32x4.mul");
          f.get(seen);
          f.op("v128.and");
          f.op("f32x4.add");
          f.set(total);
          f.get(shares);
          f.get(weighed.share);
          f.op("f32x4.add");
          f.set(shares);
          return;
        }
        f.get(emitScoreGradient(v, rule, weighed, upstream, means));
        f.get(seen);
        f.op("v128.and");
        f.set(upstream);
      });
      if (purpose === "means") return;
      scoreTables.add(scored, upstream, seen);
      multiply(f, upstream, scored.score);
      f.get(at);
      f.get(upstream);
      if (scored.score !== null) {
        f.get(seen);
        f.op("v128.and");
      }
      f.memory("v128.store", distance);
    });
    return upstream;
  };

  f.address(row, 0, width, shape.scorePanel / 8);
  f.set(rowEnd);
  f.forRange(row, rowEnd, shape.scorePanel, () => {
    f.get(row);
    f.tee(at);
    f.i32(32);
    f.op("i32.add");
    f.set(atEnd);
    f.forRange(at, atEnd, 16, () => {
      v.keep(fourPairs);
      if (usesKeys) {
        f.get(keys);
        f.i32x4(4);
        f.op("i32x4.add");
        f.set(keys);
      }
    });
  });
  if (purpose === "means") {
    addLanes(f, target, 0, total);
    if (dividesMean(rule)) addLanes(f, target, shape.shares - shape.means, shares);
    return f;
  }
  scoreTables.finish();
  probabilityTables.finish();
  return f;
}

/** value ×= factor, where null is 1 */
function multiply(f: FunctionBody, value: Local, factor: Local | null | 0): void {
  if (factor === null) return;
  f.get(value);
  if (factor === 0) f.f32x4(0);
  else f.get(factor);
  f.op("f32x4.mul");
  f.set(value);
}

/** memory[address + offset] += the sum of four floats */
function addLanes(f: FunctionBody, address: Local, offset: number, vector: Local): void {
  f.get(address);
  f.get(address);
  f.memory("f32.load", offset);
  f.get(vector);
  f.lane("f32x4.extract_lane", 0);
  for (const lane of [1, 2, 3]) {
    f.get(vector);
    f.lane("f32x4.extract_lane", lane);
    f.op("f32.add");
  }
  f.op("f32.add");
  f.memory("f32.store", offset);
}
