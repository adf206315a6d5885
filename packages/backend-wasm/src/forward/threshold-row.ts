import { FunctionBody, type Local } from "@fovea/wasm-assembler";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { pushShift } from "../vectors/push-shift.ts";

/** Normalizers whose weights are what of a score lies above a threshold. */
export type ThresholdRule = "sparsemax" | "entmax15";

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
export function emitThresholdRow(rule: ThresholdRule, pieceFloats: number, pieceBytes: number): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "f32"], ["f32"]);
  const [row, end, maximum] = [0, 1, 2].map((index) => f.parameter(index));
  const v = new VectorEmitter(f, { relaxed: false, wide: false });
  const chosen = f.local("i32");
  const at = f.local("i32");
  const pieceEnd = f.local("i32");
  const z = f.local("v128");
  const shift = f.local("v128");
  const odd = f.local("v128");

  pushShift(f, maximum);
  f.splat();
  f.set(shift);
  f.get(end);
  f.set(chosen);
  f.f32x4(0);
  f.set(odd);
  f.forAddresses(row, end, pieceBytes, () => {
    f.get(row);
    f.set(at);
    f.address(row, pieceFloats * 4);
    f.set(pieceEnd);
    f.forAddresses(at, pieceEnd, 16, () => {
      f.get(at);
      f.memory("v128.load");
      f.get(shift);
      f.op("f32x4.sub");
      if (rule === "entmax15") {
        f.f32x4(0.5);
        f.op("f32x4.mul");
      }
      f.set(z);
      f.get(odd);
      f.get(z);
      f.get(z);
      f.op("f32x4.ne");
      f.op("v128.or");
      f.set(odd);
      f.get(z);
      f.f32x4(-1);
      f.op("f32x4.gt");
      f.op("v128.any_true");
      f.if(() => {
        f.get(chosen);
        f.get(z);
        f.memory("v128.store");
        f.increase(chosen, 16);
      });
    });
  });
  returnWhen(f, NaN, () => {
    f.get(odd);
    f.op("v128.any_true");
  });
  returnWhen(f, 0, () => {
    f.get(chosen);
    f.get(end);
    f.op("i32.eq");
  });
  emitNewton(v, rule, end, chosen);
  return f;
}

/** Pushes the threshold over the groups of four z from `first` to `end`. */
function emitNewton(v: VectorEmitter, rule: ThresholdRule, first: Local, end: Local): void {
  const { f } = v;
  const at = f.local("i32");
  const threshold = v.doubles(-1);
  const sum = f.local("v128");
  const slope = f.local("v128");
  const step = f.local("v128");
  const addTo = (target: Local, amount: Local): void => {
    f.get(target);
    f.get(amount);
    f.op("f64x2.add");
    f.set(target);
  };
  f.op("loop", 0x40);
  f.f32x4(0);
  f.tee(sum);
  f.set(slope);
  f.get(first);
  f.set(at);
  f.forAddresses(at, end, 16, () => {
    f.get(at);
    f.memory("v128.load");
    const z = v.take();
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
  f.get(v.op("f64x2.div", v.op("f64x2.sub", sum, v.doubles(1)), slope));
  f.set(step);
  addTo(threshold, step);
  f.get(step);
  f.f64x2(smallestStep);
  f.op("f64x2.gt");
  f.op("v128.any_true");
  f.op("br_if", 0);
  f.op("end");
  f.get(threshold);
  f.op("f32x4.demote_f64x2_zero");
  f.lane("f32x4.extract_lane", 0);
}

function returnWhen(f: FunctionBody, value: number, push: () => void): void {
  push();
  f.if(() => {
    f.f32(value);
    f.op("return");
  });
}
