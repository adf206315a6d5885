import { checkShape, readValues, ShapeError, type Tensor } from "@fovea/tensor";
import type { ApplyRotaryOptions } from "./apply-rotary-options.ts";
import { checkChoice } from "./check-choice.ts";
import { EmbeddingError } from "./embedding-error.ts";

export interface RotaryRows {
  /** Row of the tables for every token, `[batch * tokens]`, all of them there. */
  readonly rows: Int32Array;
  /** Pairs of dimensions that turn. */
  readonly waves: number;
}

/** Only the shape is looked at. */
interface Shaped {
  readonly shape: readonly number[];
}

/** Checks what rotary is given, whoever turns the vectors then.
 *  @param vectors `[batch, heads, tokens, headDim]`
 *  @throws {ShapeError | EmbeddingError} as `applyRotary` */
export function rotaryRows(
  who: string,
  vectors: Shaped,
  tables: { readonly cos: Shaped; readonly sin: Shaped },
  { layout = "interleaved", positions }: ApplyRotaryOptions = {},
): RotaryRows {
  checkChoice(who, "layout", layout, ["interleaved", "halves"]);
  checkShape(who, "vectors", vectors, ["batch", "heads", "tokens", "headDim"]);
  const [batch, , tokens, headDim] = vectors.shape as [number, number, number, number];
  const waves = tables.cos.shape[tables.cos.shape.length - 1];
  checkShape(who, "tables.sin", tables.sin, tables.cos.shape);
  if (2 * waves > headDim) {
    throw new ShapeError(
      `${who}: tables rotate ${2 * waves} dimensions, the vectors have ${headDim}. Make tables with a rotaryDim of at most ${headDim}.`,
    );
  }
  return { rows: rowOfEachToken(who, tables.cos, batch, tokens, positions), waves };
}

/** Row of the tables for every token, `[batch * tokens]`, all of them there. */
function rowOfEachToken(
  who: string,
  cos: Shaped,
  batch: number,
  tokens: number,
  positions: number | Tensor | undefined,
): Int32Array {
  const count = batch * tokens;
  if (cos.shape.length === 3) {
    checkShape(who, "tables.cos", cos, [batch, tokens, "waves"]);
    if (positions !== undefined) {
      throw new EmbeddingError(`${who}: tables with a row per token take no positions. Leave the option out.`);
    }
    return Int32Array.from({ length: count }, (_, i) => i);
  }
  checkShape(who, "tables.cos", cos, ["positions", "waves"]);
  let rows: ArrayLike<number>;
  if (positions === undefined || typeof positions === "number") {
    rows = Array.from({ length: count }, (_, i) => (positions ?? 0) + (i % tokens));
  } else {
    checkShape(who, "positions", positions, [batch, tokens]);
    rows = readValues(positions);
  }
  for (let token = 0; token < count; token++) {
    if (!Number.isInteger(rows[token]) || rows[token] < 0 || rows[token] >= cos.shape[0]) {
      throw new EmbeddingError(
        `${who}: positions must be whole numbers from 0 to ${cos.shape[0] - 1}, got ${rows[token]} for token ${token % tokens} ` +
          `of batch element ${Math.floor(token / tokens)}. Make longer tables or restart the positions.`,
      );
    }
  }
  return Int32Array.from(rows);
}
