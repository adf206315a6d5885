import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import type { BackwardShape } from "./backward-shape.ts";
import type { VectorDerivative, VectorDerivativeValues } from "../programs/create-vector-derivative.ts";
import { prepareExp2 } from "../vectors/exp2.ts";
import { folded } from "../vectors/fold-lanes.ts";
import { dividesMean, emitScoreGradient, emitWeigh, type GradientRule } from "./gradient-rule.ts";
import { panelWidth } from "../products/microkernel.ts";
import { TableGradients } from "./table-gradients.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import type { VectorProgram } from "../programs/vector-program.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, nextKeys, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";

export interface GradientRowParts {
  readonly shape: BackwardShape;
  readonly rule: GradientRule;
  readonly score: VectorDerivative | null;
  /** Null in full tiles. */
  readonly mask: VectorProgram | null;
  readonly probability: VectorDerivative | null;
  /** Hides columns before `low` and from `end` on. */
  readonly cut: boolean;
  /** "gradients": weights and gradients of scores, in place. "means": only adds up what the row's mean is made of. */
  readonly purpose: "gradients" | "means";
  /** Place in the list of table sums. */
  readonly tableIndex: (role: "score" | "probability", name: string) => number;
  readonly simd: Simd;
}

/** `gradientRow(row, width8, keyStart, low, end, call, batch, head, query, shift, factor, mean, unit, target)`: one row of a tile, from scores and
 *  gradients of weights (`shape.gradients - shape.weights` behind) to what multiplies the values and the gradients of the products, in place. Hidden pairs become 0 by
 *  selection in both, whatever they held.
 *  `target` is the list of table sums; or, for means, the address of the row's first sum, the second lying `shares - means` further. */
export function emitGradientRow(parts: GradientRowParts): FunctionBody {
  const { shape, rule, score, mask, probability, cut, purpose, simd } = parts;
  const int = "i32";
  const f = new FunctionBody([int, int, int, int, int, int, int, int, int, "f32", "f32", "f32", "f32", int]);
  const [row, width, keyStart, low, end, call, batch, head, query, shift, factor, mean, unit, target] =
    f.parameterTypes.map((_, index) => f.parameter(index));
  const v = new VectorEmitter(f, simd);
  const distance = shape.gradients - shape.weights;
  const vector = (): Local => f.local("v128");
  const first = vector();
  const behind = vector();
  const product = vector();
  const value = vector();
  const seen = vector();
  /** What is stored of each four pairs, or added up. */
  const pair = vectorPair(simd).map((offset) => ({
    offset,
    weight: vector(),
    upstream: vector(),
    total: vector(),
    shares: vector(),
  }));
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
  const by = { shift: splat(shift), factor: splat(factor), exp2: rule === "softmax" ? prepareExp2(f, unit) : null };
  const means = splat(mean);
  const programs = score !== null || probability !== null;
  const usesKeys = programs || mask !== null || cut;
  // Where nothing is hidden on purpose, softmax weighs 0 exactly what has no gradient. Elsewhere that will not do: in a row that is weighed by NaN, so are
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
  const pairKeys = startKeys(f, simd, keyStart);
  f.get(low);
  f.op("i32x4.splat");
  f.set(first);
  f.get(end);
  f.op("i32x4.splat");
  f.set(behind);
  for (const { total, shares } of pair) {
    f.f32x4(0);
    f.tee(total);
    f.set(shares);
  }

  const through = (
    derivative: VectorDerivative | null,
    input: Local,
    keys: Local,
    use: (values: VectorDerivativeValues) => void,
  ): void => {
    if (derivative) derivative.emitPair(f, input, keys, use);
    else use({ value: input, score: null, reads: [] });
  };
  const hide = (keys: Local): void => {
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
  const fourPairs = ({ offset, weight, upstream, total, shares }: (typeof pair)[number], keys: Local): Local => {
    f.get(at);
    f.memory("v128.load", offset);
    f.set(product);
    f.get(at);
    f.memory("v128.load", distance + offset);
    f.set(upstream);
    through(score, product, keys, (scored) => {
      f.get(scored.value);
      if (mask || cut) hide(keys);
      f.set(value);
      const weighed = emitWeigh(v, rule, value, by);
      f.get(explicit ? value : weighed.weight);
      f.f32x4(explicit ? -Infinity : 0);
      f.op("f32x4.ne");
      f.set(seen);
      through(probability, weighed.weight, keys, (changed) => {
        if (purpose === "gradients") {
          f.get(changed.value);
          if (explicit) {
            f.get(seen);
            f.op("v128.and");
          }
          f.set(weight);
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
      if (scored.score === null) return;
      f.get(upstream);
      f.get(seen);
      f.op("v128.and");
      f.set(upstream);
    });
    return upstream;
  };

  f.address(row, 0, width, shape.scorePanel / 8);
  f.set(rowEnd);
  f.forAddresses(row, rowEnd, shape.scorePanel, () => {
    f.get(row);
    f.tee(at);
    f.i32(panelWidth * 4);
    f.op("i32.add");
    f.set(atEnd);
    f.forAddresses(at, atEnd, 16 * pair.length, () => {
      for (const [index, one] of pair.entries()) v.keep(() => fourPairs(one, pairKeys[index]));
      if (purpose === "gradients") {
        const stored = (name: "weight" | "upstream"): Local[] => pair.map((one) => one[name]);
        storePair(f, at, 0, stored("weight"));
        storePair(f, at, distance, stored("upstream"));
      }
      if (usesKeys) nextKeys(f, pairKeys);
    });
  });
  if (purpose === "means") {
    const sums = (name: "total" | "shares"): Local => {
      const both = pair.map((one) => one[name]);
      joinPair(f, both, "f32x4.add", null);
      return both[0];
    };
    addLanes(f, target, 0, sums("total"));
    if (dividesMean(rule)) addLanes(f, target, shape.shares - shape.means, sums("shares"));
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
  f.emit(folded(f, vector, "f32x4.add"));
  f.op("f32.add");
  f.memory("f32.store", offset);
}
