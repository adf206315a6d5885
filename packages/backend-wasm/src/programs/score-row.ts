import { FunctionBody, type Local, type ValueType } from "@fovea/wasm-assembler";
import { pushFolded } from "../vectors/fold-lanes.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, nextKeys, type PairRoom, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import type { VectorProgram } from "./vector-program.ts";

export interface ScoreRowPrograms {
  readonly score: VectorProgram | null;
  /** How it is known which pairs are seen: all of them are; the mask program is asked, and keys from `keyEnd` on are hidden; `maskRow` has been
   *  asked, and its bits are one more argument. */
  readonly seen: "all" | { readonly mask: VectorProgram | null } | "bits";
  /** Whether NaN among the scores is their largest. */
  readonly keepsNaN?: boolean;
  readonly simd: Simd;
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
  readonly room?: PairRoom;
}

/** Appends what `scoreRow` does; pushes the largest score. */
export function appendScoreRow(
  f: FunctionBody,
  { score, seen, keepsNaN = false, simd }: ScoreRowPrograms,
  { row, width, keyStart, keyEnd, scope, bits, room }: ScoreRowPlaces,
): void {
  const asked = typeof seen === "object" ? seen : null;
  const end = f.local("i32");
  const limit = f.local("v128");
  const hidden = f.local("v128");
  const changed = score !== null || seen !== "all";
  // two at a time also where nothing else is to be done, so that they do not wait for each other
  const offsets = changed ? vectorPair(simd) : [0, 16];
  const vectors = offsets.map((offset) => ({ offset, values: f.local("v128"), largest: f.local("v128") }));
  const maxima = vectors.map(({ largest }) => largest);
  const [maximum] = maxima;
  const larger = keepsNaN ? "f32x4.max" : "f32x4.pmax";

  score?.emitRow(f, scope);
  asked?.mask?.emitRow(f, scope);
  const keys = startKeys(f, simd, keyStart);
  f.get(keyEnd);
  f.op("i32x4.splat");
  f.set(limit);
  for (const local of [hidden, ...maxima]) {
    f.f32x4(-Infinity);
    f.set(local);
  }
  f.address(row, 0, width, 4);
  f.set(end);
  f.forAddresses(row, end, 16 * vectors.length, () => {
    for (const [index, { offset, values, largest }] of vectors.entries()) {
      f.get(row);
      f.memory("v128.load", offset);
      f.set(values);
      if (score) {
        score.emitPair(f, values, keys[index]);
        f.set(values);
      }
      if (seen !== "all") {
        f.get(values);
        f.get(hidden);
        if (asked) {
          asked.mask?.emitPair(f, null, keys[index]);
          f.get(keys[index]);
          f.get(limit);
          f.op("i32x4.lt_s");
          if (asked.mask) f.op("v128.and");
        } else {
          f.get(bits!);
          f.memory("v128.load", offset);
        }
        f.op("v128.bitselect");
        f.set(values);
      }
      f.get(largest);
      f.get(values);
      f.op(larger);
      f.set(largest);
    }
    if (changed) {
      storePair(
        f,
        row,
        0,
        vectors.map(({ values }) => values),
      );
    }
    if (seen === "bits") f.increase(bits!, 16 * vectors.length);
    if (score || asked) nextKeys(f, keys);
  });
  joinPair(f, maxima, larger, simd.wide && room ? room : null);
  pushFolded(f, maximum, larger);
}
