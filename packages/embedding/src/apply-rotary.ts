import { checkShape, readValues, ShapeError, zeros, type Tensor } from "@fovea/tensor";
import { checkChoice } from "./check-choice.ts";
import { EmbeddingError } from "./embedding-error.ts";
import type { RotaryTables } from "./rotary-tables.ts";

export interface ApplyRotaryOptions {
  /** Which dimensions turn together: `"interleaved"` (default) pairs 0 with 1, 2 with 3, … (RoFormer, Llama's own weights, Moonshine);
   *  `"halves"` pairs i with i + rotaryDim / 2 (GPT-NeoX, Hugging Face). */
  readonly layout?: "interleaved" | "halves";
  /** Row of the tables for the first token (default 0; with a cache, how many tokens it holds), or the row of every token,
   *  int32 `[batch, tokens]`. Not for tables of three axes, which have a row per token already. */
  readonly positions?: number | Tensor;
}

/** Turns each vector by its position, so that the product of a query and a key depends on how far apart they are.
 *  The first rotaryDim dimensions of a head are turned (the tables say how many), the rest passes through.
 *  @param vectors queries or keys `[batch, heads, tokens, headDim]`
 *  @returns the same shape: float64 from float64, else float32
 *  @throws {ShapeError} when the tables do not fit the vectors
 *  @throws {EmbeddingError} for a position without a row
 *  @see Su et al. 2021, "RoFormer", eq. 34; ONNX RotaryEmbedding */
export function applyRotary(vectors: Tensor, tables: RotaryTables, options: ApplyRotaryOptions = {}): Tensor {
  return turn("applyRotary", vectors, tables, options, 1);
}

/** Gradient of `applyRotary`: the same turn backwards.
 *  @param outputGradient `[batch, heads, tokens, headDim]`
 *  @returns gradient of the vectors, same shape */
export function applyRotaryGradient(
  outputGradient: Tensor,
  tables: RotaryTables,
  options: ApplyRotaryOptions = {},
): Tensor {
  return turn("applyRotaryGradient", outputGradient, tables, options, -1);
}

/** Rotary in the form that takes positions from its caller: what multi-head attention's `positionTransform` option expects. */
export interface RotaryTransform {
  /** @param vectors `[batch, heads, tokens, headDim]`
   *  @param positions int32 `[batch, tokens]` */
  apply(vectors: Tensor, positions: Tensor): Tensor;
  gradient(outputGradient: Tensor, positions: Tensor): Tensor;
}

/** Binds tables and layout, leaving the positions open. */
export function rotaryTransform(
  tables: RotaryTables,
  { layout = "interleaved" }: Pick<ApplyRotaryOptions, "layout"> = {},
): RotaryTransform {
  return Object.freeze({
    apply: (vectors: Tensor, positions: Tensor): Tensor => applyRotary(vectors, tables, { layout, positions }),
    gradient: (outputGradient: Tensor, positions: Tensor): Tensor =>
      applyRotaryGradient(outputGradient, tables, { layout, positions }),
  });
}

function turn(who: string, vectors: Tensor, tables: RotaryTables, options: ApplyRotaryOptions, sign: 1 | -1): Tensor {
  const { layout = "interleaved" } = options;
  checkChoice(who, "layout", layout, ["interleaved", "halves"]);
  checkShape(who, "vectors", vectors, ["batch", "heads", "tokens", "headDim"]);
  const [batch, heads, tokens, headDim] = vectors.shape as [number, number, number, number];
  const waves = tables.cos.shape[tables.cos.shape.length - 1];
  checkShape(who, "tables.sin", tables.sin, tables.cos.shape);
  if (2 * waves > headDim) {
    throw new ShapeError(
      `${who}: tables rotate ${2 * waves} dimensions, the vectors have ${headDim}. Make tables with a rotaryDim of at most ${headDim}.`,
    );
  }
  const rows = rowOfEachToken(who, tables.cos, batch, tokens, options.positions);
  const cos = readValues(tables.cos);
  const sin = readValues(tables.sin);
  const from = readValues(vectors);
  const turned = zeros(vectors.shape, vectors.dtype === "float64" ? "float64" : "float32");
  const to = turned.data;
  const apart = layout === "interleaved" ? 1 : waves;
  const next = layout === "interleaved" ? 2 : 1;
  for (let b = 0; b < batch; b++) {
    for (let head = 0; head < heads; head++) {
      for (let token = 0; token < tokens; token++) {
        const start = ((b * heads + head) * tokens + token) * headDim;
        const row = rows[b * tokens + token] * waves;
        for (let wave = 0; wave < waves; wave++) {
          const first = start + wave * next;
          const second = first + apart;
          const c = cos[row + wave];
          const s = sin[row + wave] * sign;
          const x = from[first];
          const y = from[second];
          to[first] = x * c - y * s;
          to[second] = x * s + y * c;
        }
        for (let rest = start + 2 * waves; rest < start + headDim; rest++) to[rest] = from[rest];
      }
    }
  }
  return turned;
}

/** Row of the tables for every token, `[batch * tokens]`, all of them there. */
function rowOfEachToken(
  who: string,
  cos: Tensor,
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
