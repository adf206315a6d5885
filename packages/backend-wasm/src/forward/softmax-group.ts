import { FunctionBody, type ValueType } from "@fovea/wasm-assembler";
import { prepareExp2 } from "../vectors/exp2.ts";
import { paddedTo8 } from "../products/pack.ts";
import { appendScoreRow, type ScoreRowPrograms } from "../programs/score-row.ts";
import { appendSoftmaxRow } from "./softmax-row.ts";
import { pairRoom, type TileShape } from "./tile-shape.ts";
import type { Simd } from "../vectors/simd.ts";

/** `softmaxGroup(rows, scores, width8, sums, state, unit, keyStart, keyEnd, call, batch, head, query[, bits])`: for every row of a group what
 *  `scoreRow` and then `softmaxRow` do. Arguments that a row has of its own are the first one's; one call saves what two a row cost. */
export function emitSoftmaxGroup(
  shape: TileShape,
  score: ScoreRowPrograms["score"],
  seen: "all" | "bits",
  simd: Simd,
): FunctionBody {
  const f = new FunctionBody([...ints(5), "f32", ...ints(seen === "bits" ? 7 : 6)]);
  const [rows, scores, width, sums, state, unit, keyStart, keyEnd, call, batch, head, query] = Array.from(
    { length: 12 },
    (_, index) => f.parameter(index),
  );
  const bits = seen === "bits" ? f.parameter(12) : undefined;
  const row = f.local("i32");
  const rowBits = f.local("i32");
  const rowScores = f.local("i32");
  const tileMaximum = f.local("f32");
  const constants = prepareExp2(f, unit);
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    f.get(scores);
    f.set(rowScores);
    if (bits) {
      f.get(bits);
      f.set(rowBits);
    }
    const scope = { call, batch, head, query };
    const places = { row: rowScores, width, keyStart, keyEnd, scope, bits: rowBits };
    appendScoreRow(f, { score, seen, simd }, { ...places, room: pairRoom(shape, state) });
    f.set(tileMaximum);
    f.get(scores);
    f.set(rowScores);
    appendSoftmaxRow(f, shape, simd, constants, { row: rowScores, width, tileMaximum, sums, state });
    f.increase(scores, shape.keyTile * 4);
    f.increase(sums, paddedTo8(shape.valueDim) * 4);
    f.increase(state, 4);
    f.increase(query, 1);
    if (bits) f.increase(bits, shape.keyTile * 4);
  });
  return f;
}

const ints = (count: number): ValueType[] => Array.from({ length: count }, () => "i32");
