import { checkOptions, readValues, zeros, type Tensor } from "@fovea/tensor";
import { EmbeddingError } from "./embedding-error.ts";
import type { ApplyRotaryOptions } from "./apply-rotary-options.ts";
import { rotaryRows } from "./rotary-rows.ts";
import type { RotaryTables } from "./rotary-tables.ts";

/** Turns each vector by its position, so that the product of a query and a key depends on how far apart they are.
 *  The first rotaryDim dimensions of a head are turned (the tables say how many), the rest passes through.
 *  @param vectors queries or keys `[batch, heads, tokens, headDim]`
 *  @returns the same shape: float64 from float64, else float32
 *  @throws {ShapeError} when the tables do not fit the vectors
 *  @throws {EmbeddingError} for a position without a row
 *  @see Su et al. 2021, "RoFormer", eq. 34; ONNX RotaryEmbedding */
export function applyRotary(vectors: Tensor, tables: RotaryTables, options: ApplyRotaryOptions = {}): Tensor {
  checkOptions("applyRotary", options, { layout: true, positions: true }, { Refuse: EmbeddingError });
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
  checkOptions("applyRotaryGradient", options, { layout: true, positions: true }, { Refuse: EmbeddingError });
  return turn("applyRotaryGradient", outputGradient, tables, options, -1);
}

/** Rotary in the form that takes positions from its caller: what multi-head attention's `positionTransform` option expects. */
export interface RotaryTransform {
  /** What it is made of, for backends that turn vectors by kernels of their own. */
  readonly tables: RotaryTables;
  readonly layout: "interleaved" | "halves";
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
    tables,
    layout,
    apply: (vectors: Tensor, positions: Tensor): Tensor => applyRotary(vectors, tables, { layout, positions }),
    gradient: (outputGradient: Tensor, positions: Tensor): Tensor =>
      applyRotaryGradient(outputGradient, tables, { layout, positions }),
  });
}

function turn(who: string, vectors: Tensor, tables: RotaryTables, options: ApplyRotaryOptions, sign: 1 | -1): Tensor {
  const { layout = "interleaved" } = options;
  const { rows, waves } = rotaryRows(who, vectors, tables, options);
  const [batch, heads, tokens, headDim] = vectors.shape as [number, number, number, number];
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
