import { FunctionBody } from "@fovea/wasm-assembler";
import { prepareExp2 } from "../vectors/exp2.ts";
import { paddedTo8 } from "../memory/storage.ts";
import { appendScoreRow, scopeParameters, type ScoreRowPrograms } from "../programs/score-row.ts";
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
  const f = new FunctionBody();
  const int = "i32";
  const { rows, scores, width, sums, state, unit, keyStart, keyEnd, bits, ...scope } = f.parameters({
    rows: int,
    scores: int,
    width: int,
    sums: int,
    state: int,
    unit: "f32",
    keyStart: int,
    keyEnd: int,
    ...scopeParameters,
    bits: seen === "bits" ? int : undefined,
  });
  const [row, rowBits, rowScores] = f.locals("i32", 3);
  const tileMaximum = f.local("f32");
  const constants = prepareExp2(f, unit);
  f.set(row, 0);
  f.forRange(row, rows, 1, () => {
    f.set(rowScores, scores);
    if (bits) f.set(rowBits, bits);
    const places = { row: rowScores, width, keyStart, keyEnd, scope, bits: bits && rowBits };
    f.set(tileMaximum, appendScoreRow(f, { score, seen, simd }, { ...places, room: pairRoom(shape, state) }));
    f.set(rowScores, scores);
    appendSoftmaxRow(f, shape, simd, constants, { row: rowScores, width, tileMaximum, sums, state });
    f.increase(scores, shape.keyTile * 4);
    f.increase(sums, paddedTo8(shape.valueDim) * 4);
    f.increase(state, 4);
    f.increase(scope.query, 1);
    if (bits) f.increase(bits, shape.keyTile * 4);
  });
  return f;
}
