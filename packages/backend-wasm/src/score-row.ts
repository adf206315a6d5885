import { FunctionBody } from "./assembler.ts";
import type { VectorProgram } from "./vector-program.ts";

export interface ScoreRowPrograms {
  readonly score: VectorProgram | null;
  /** Null in full tiles. */
  readonly mask: VectorProgram | null;
  /** Hides columns from `keyEnd` on: for tiles whose width is no multiple of 8. */
  readonly cut: boolean;
  /** Whether NaN among the scores is their largest. */
  readonly keepsNaN?: boolean;
}

/** `scoreRow(row, width8, keyStart, keyEnd, call, batch, head, query) → largest score`: the programs applied to one row of scores, in place;
 *  hidden pairs become -Infinity by selection, whatever they held. NaN is stored, but no maximum unless `keepsNaN`. */
export function emitScoreRow({ score, mask, cut, keepsNaN = false }: ScoreRowPrograms): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"], ["f32"]);
  const [row, width, keyStart, keyEnd, call, batch, head, query] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => f.parameter(i));
  const scope = { call, batch, head, query };
  const end = f.local("i32");
  const values = f.local("v128");
  const keys = f.local("v128");
  const limit = f.local("v128");
  const maximum = f.local("v128");
  const changed = score !== null || mask !== null || cut;

  score?.emitRow(f, scope);
  mask?.emitRow(f, scope);
  f.get(keyStart);
  f.op("i32x4.splat");
  f.i32x4(0, 1, 2, 3);
  f.op("i32x4.add");
  f.set(keys);
  f.get(keyEnd);
  f.op("i32x4.splat");
  f.set(limit);
  f.f32x4(-Infinity);
  f.set(maximum);
  f.get(row);
  f.get(width);
  f.i32(2);
  f.op("i32.shl");
  f.op("i32.add");
  f.set(end);
  f.forRange(row, end, 16, () => {
    f.get(row);
    f.memory("v128.load");
    f.set(values);
    if (score) {
      score.emitPair(f, values, keys);
      f.set(values);
    }
    if (mask || cut) {
      f.get(values);
      f.f32x4(-Infinity);
      mask?.emitPair(f, null, keys);
      if (cut) {
        f.get(keys);
        f.get(limit);
        f.op("i32x4.lt_s");
        if (mask) f.op("v128.and");
      }
      f.op("v128.bitselect");
      f.set(values);
    }
    if (changed) {
      f.get(row);
      f.get(values);
      f.memory("v128.store");
    }
    f.get(maximum);
    f.get(values);
    f.op(keepsNaN ? "f32x4.max" : "f32x4.pmax");
    f.set(maximum);
    if (score || mask || cut) {
      f.get(keys);
      f.i32x4(4);
      f.op("i32x4.add");
      f.set(keys);
    }
  });
  f.get(maximum);
  f.lane("f32x4.extract_lane", 0);
  for (const lane of [1, 2, 3]) {
    f.get(maximum);
    f.lane("f32x4.extract_lane", lane);
    f.op("f32.max");
  }
  return f;
}
