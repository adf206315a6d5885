import { address, f32x4, FunctionBody, i32x4, type Local, operation, v128, type Value } from "@fovea/wasm-assembler";
import { folded } from "../vectors/fold-lanes.ts";
import type { Simd } from "../vectors/simd.ts";
import { joinPair, nextKeys, type PairRoom, startKeys, storePair, vectorPair } from "../vectors/vector-pairs.ts";
import { pairValue, type RowScope, type VectorProgram } from "./vector-program.ts";

export interface ScoreRowPrograms {
  readonly score: VectorProgram | null;
  /** How it is known which pairs are seen: all of them are; the mask program is asked, and keys from `keyEnd` on are hidden; `maskRow` has been
   *  asked, and its bits are one more argument. */
  readonly seen: "all" | { readonly mask: VectorProgram | null } | "bits";
  /** Whether NaN among the scores is their largest. */
  readonly keepsNaN?: boolean;
  readonly simd: Simd;
}

/** The last parameters of functions that ask programs about a row. */
export const scopeParameters = { call: "i32", batch: "i32", head: "i32", query: "i32" } as const;

/** `scoreRow(row, width8, keyStart, keyEnd, call, batch, head, query[, bits]) → largest score`: the programs applied to one row of scores, in place;
 *  hidden pairs become -Infinity by selection, whatever they held. NaN is stored, but no maximum unless `keepsNaN`. */
export function emitScoreRow(programs: ScoreRowPrograms): FunctionBody {
  const f = new FunctionBody("f32");
  const { row, width, keyStart, keyEnd, bits, ...scope } = f.parameters({
    row: "i32",
    width: "i32",
    keyStart: "i32",
    keyEnd: "i32",
    ...scopeParameters,
    bits: programs.seen === "bits" ? "i32" : undefined,
  });
  f.emit(appendScoreRow(f, programs, { row, width, keyStart, keyEnd, scope, bits }));
  return f;
}

export interface ScoreRowPlaces {
  /** Where the row's scores are, and how many, rounded up to 8. `row` ends behind them, `bits` behind its own. */
  readonly row: Local;
  readonly width: Local;
  readonly keyStart: Local;
  readonly keyEnd: Local;
  readonly scope: RowScope;
  readonly bits?: Local | undefined;
  readonly room?: PairRoom;
}

/** Appends what `scoreRow` does. @returns the largest score */
export function appendScoreRow(
  f: FunctionBody,
  { score, seen, keepsNaN = false, simd }: ScoreRowPrograms,
  { row, width, keyStart, keyEnd, scope, bits, room }: ScoreRowPlaces,
): Value {
  const asked = typeof seen === "object" ? seen : null;
  const end = f.local("i32");
  const [limit, hidden] = f.locals("v128", 2);
  const changed = score !== null || seen !== "all";
  // two at a time also where nothing else is to be done, so that they do not wait for each other
  const offsets = changed ? vectorPair(simd) : [0, 16];
  const vectors = offsets.map((offset) => ({ offset, values: f.local("v128"), largest: f.local("v128") }));
  const maxima = vectors.map(({ largest }) => largest);
  const [maximum] = maxima;
  const larger = keepsNaN ? "f32x4.max" : "f32x4.pmax";

  /** All ones where a pair is seen. */
  const seenPairs = (keys: Local, offset: number): Value => {
    if (bits) return v128.load(bits, offset);
    const inside = i32x4.lt_s(keys, limit);
    return asked?.mask ? v128.and(pairValue(f, asked.mask, null, keys), inside) : inside;
  };

  score?.emitRow(f, scope);
  asked?.mask?.emitRow(f, scope);
  const keys = startKeys(f, simd, keyStart);
  f.set(limit, i32x4.splat(keyEnd));
  for (const local of [hidden, ...maxima]) f.set(local, f32x4.const(-Infinity));
  f.set(end, address(row, 0, width, 4));
  f.forAddresses(row, end, 16 * vectors.length, () => {
    for (const [index, { offset, values, largest }] of vectors.entries()) {
      f.set(values, v128.load(row, offset));
      if (score) f.set(values, pairValue(f, score, values, keys[index]));
      if (seen !== "all") f.set(values, v128.bitselect(values, hidden, seenPairs(keys[index], offset)));
      f.set(largest, operation(larger, largest, values));
    }
    if (changed) {
      storePair(
        f,
        row,
        0,
        vectors.map(({ values }) => values),
      );
    }
    if (bits) f.increase(bits, 16 * vectors.length);
    if (score || asked) nextKeys(f, keys);
  });
  joinPair(f, maxima, larger, simd.wide && room ? room : null);
  return folded(f, maximum, larger);
}
