import type { NormalizerTraits } from "@fovea/dot-product-attention";
import {
  address,
  f32,
  f32x4,
  f64x2,
  FunctionBody,
  i32,
  type Local,
  tee,
  v128,
  type Value,
} from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { scoreShift } from "../vectors/score-shift.ts";

/** Normalizers whose weights are what of a score lies above a threshold. */
type ThresholdTraits = Extract<NormalizerTraits, { remembers: "threshold" }>;

/** Newton's method ends when a step moves the threshold by no more than this: far below what float32 tells apart. */
const smallestStep = 2 ** -45;

/** `thresholdRow(row, end, maximum) → threshold`, counted from the row's largest score: the row's weights sum to 1.
 *  Scores lie in pieces of `pieceFloats` floats, `pieceBytes` apart, hidden ones -Infinity; from `end` on there is room for all of them once more.
 *
 *  With z = score - maximum (halved for entmax15) the weights sum to 1 or more at -1, and at most to 1 at 0, so only z > -1 can weigh anything: groups
 *  of four with such a z are put aside, usually few. Over them, in float64, Newton's method on the convex, decreasing sum comes from the left and never
 *  goes too far; for sparsemax it is exact after finitely many steps.
 *  A row with NaN or +Infinity has the threshold NaN, one that sees nothing 0.
 *  @see Michelot 1986 and Condat 2016 (projection onto the simplex), Peters et al. 2019, eq. 8 (entmax) */
export function emitThresholdRow(traits: ThresholdTraits, pieceFloats: number, pieceBytes: number): FunctionBody {
  const f = new FunctionBody("f32");
  const { row, end, maximum } = f.parameters({ row: "i32", end: "i32", maximum: "f32" });
  const v = new VectorEmitter(f, { relaxed: false, wide: false });
  const [chosen, at, pieceEnd] = f.locals("i32", 3);
  const [z, shift, odd] = f.locals("v128", 3);

  f.set(shift, f32x4.splat(scoreShift(maximum)));
  f.set(chosen, end);
  f.set(odd, f32x4.const(0));
  f.forAddresses(row, end, pieceBytes, () => {
    f.set(at, row);
    f.set(pieceEnd, address(row, pieceFloats * 4));
    f.forAddresses(at, pieceEnd, 16, () => {
      const distance = f32x4.sub(v128.load(at), shift);
      f.set(z, traits.scoreFactor === 1 ? distance : f32x4.mul(distance, traits.scoreFactor));
      f.set(odd, v128.or(odd, f32x4.ne(z, z)));
      f.if(v128.any_true(f32x4.gt(z, -1)), () => {
        f.emit(v128.store(chosen, z));
        f.increase(chosen, 16);
      });
    });
  });
  f.if(v128.any_true(odd), () => f.return(f32.const(NaN)));
  f.if(i32.eq(chosen, end), () => f.return(f32.const(0)));
  f.emit(emitNewton(v, traits.rule, end, chosen));
  return f;
}

/** The threshold over the groups of four z from `first` to `end`. */
function emitNewton(v: VectorEmitter, rule: ThresholdTraits["rule"], first: Local, end: Local): Value {
  const { f } = v;
  const at = f.local("i32");
  const threshold = v.doubles(-1);
  const [sum, slope, step] = f.locals("v128", 3);
  const addTo = (target: Local, amount: Local): void => f.set(target, f64x2.add(target, amount));
  f.loop((again) => {
    f.set(slope, tee(sum, f32x4.const(0)));
    f.set(at, first);
    f.forAddresses(at, end, 16, () => {
      const z = v.value(v128.load(at));
      for (const half of [z, v.shuffle(z, z, [2, 3, 2, 3])]) {
        const above = v.op("f64x2.sub", v.op("f64x2.promote_low_f32x4", half), threshold);
        const counts = v.op("f64x2.gt", above, v.doubles(0));
        const excess = v.op("v128.and", above, counts);
        if (rule === "sparsemax") {
          addTo(sum, excess);
          addTo(slope, v.op("v128.and", counts, v.doubles(1)));
        } else {
          addTo(sum, v.op("f64x2.mul", excess, excess));
          addTo(slope, v.op("f64x2.add", excess, excess));
        }
      }
    });
    for (const total of [sum, slope]) addTo(total, v.shuffle(total, total, [2, 3, 0, 1]));
    f.set(step, v.op("f64x2.div", v.op("f64x2.sub", sum, v.doubles(1)), slope));
    addTo(threshold, step);
    f.branch(again, v128.any_true(f64x2.gt(step, smallestStep)));
  });
  return f32x4.extract_lane(f32x4.demote_f64x2_zero(threshold), 0);
}
