import { FunctionBody, type Local } from "./assembler.ts";
import type { ValueType } from "./opcodes.ts";
import type { VectorProgram } from "./vector-program.ts";

export interface ScoreRowPrograms {
  readonly score: VectorProgram | null;
  /** How it is known which pairs are seen: all of them are; the mask program is asked, and keys from `keyEnd` on are hidden; `maskRow` has been
   *  asked, and its bits are one more argument. */
  readonly seen: "all" | { readonly mask: VectorProgram | null } | "bits";
  /** Whether NaN among the scores is their largest. */
  readonly keepsNaN?: boolean;
}

/** `scoreRow(row, width8, keyStart, keyEnd, call, batch, head, query[, bits]) → largest score`: the programs applied to one row of scores, in place;
 *  hidden pairs become -Infinity by selection, whatever they held. NaN is stored, but no maximum unless `keepsNaN`. */
export function emitScoreRow(programs: ScoreRowPrograms): FunctionBody {
  const parameters = Array<ValueType>(programs.seen === "bits" ? 9 : 8).fill("i32");
  const f = new FunctionBody(parameters, ["f32"]);
  const [row, width, keyStart, keyEnd, call, batch, head, query, bits] = parameters.map((_, i) => f.parameter(i));
  appendScoreRow(f, programs, { row, width, keyStart, keyEnd, scope: { call, batch, head, query }, bits });
  return f;
}

export interface ScoreRowPlaces {
  /** Where the row's scores are, and how many, rounded up to 8. `row` ends behind them, `bits` behind its own. */
  readonly row: Local;
  readonly width: Local;
  readonly keyStart: Local;
  readonly keyEnd: Local;
  readonly scope: { readonly call: Local; readonly batch: Local; readonly head: Local; readonly query: Local };
  readonly bits: Local | undefined;
}

/** Appends what `scoreRow` does; pushes the largest score. */
export function appendScoreRow(
  f: FunctionBody,
  { score, seen, keepsNaN = false }: ScoreRowPrograms,
  { row, width, keyStart, keyEnd, scope, bits }: ScoreRowPlaces,
): void {
  const asked = typeof seen === "object" ? seen : null;
  const end = f.local("i32");
  const values = f.local("v128");
  const keys = f.local("v128");
  const limit = f.local("v128");
  const changed = score !== null || seen !== "all";
  // two at a time where nothing else is to be done, so that they do not wait for each other
  const maxima = [f.local("v128"), ...(changed ? [] : [f.local("v128")])];
  const [maximum] = maxima;
  const raise = (largest: Local): void => {
    f.op(keepsNaN ? "f32x4.max" : "f32x4.pmax");
    f.set(largest);
  };

  score?.emitRow(f, scope);
  asked?.mask?.emitRow(f, scope);
  f.get(keyStart);
  f.op("i32x4.splat");
  f.i32x4(0, 1, 2, 3);
  f.op("i32x4.add");
  f.set(keys);
  f.get(keyEnd);
  f.op("i32x4.splat");
  f.set(limit);
  for (const largest of maxima) {
    f.f32x4(-Infinity);
    f.set(largest);
  }
  f.address(row, 0, width, 4);
  f.set(end);
  f.forRange(row, end, 16 * maxima.length, () => {
    for (const [index, largest] of maxima.entries()) {
      f.get(row);
      f.memory("v128.load", index * 16);
      f.set(values);
      if (score) {
        score.emitPair(f, values, keys);
        f.set(values);
      }
      if (seen !== "all") {
        f.get(values);
        f.f32x4(-Infinity);
        if (asked) {
          asked.mask?.emitPair(f, null, keys);
          f.get(keys);
          f.get(limit);
          f.op("i32x4.lt_s");
          if (asked.mask) f.op("v128.and");
        } else {
          f.get(bits!);
          f.memory("v128.load");
          f.increase(bits!, 16);
        }
        f.op("v128.bitselect");
        f.set(values);
      }
      if (changed) {
        f.get(row);
        f.get(values);
        f.memory("v128.store");
      }
      f.get(largest);
      f.get(values);
      raise(largest);
    }
    if (score || asked) {
      f.get(keys);
      f.i32x4(4);
      f.op("i32x4.add");
      f.set(keys);
    }
  });
  for (const other of maxima.slice(1)) {
    f.get(maximum);
    f.get(other);
    raise(maximum);
  }
  f.get(maximum);
  f.lane("f32x4.extract_lane", 0);
  for (const lane of [1, 2, 3]) {
    f.get(maximum);
    f.lane("f32x4.extract_lane", lane);
    f.op("f32.max");
  }
}
