import type { BlockOperations, Operand } from "@fovea/block-operations";
import { EmbeddingError } from "@fovea/embedding";
import { tensor, zeros, type Tensor } from "@fovea/tensor";
import { normalize, type Normalization } from "./normalization.ts";
import { TransformerError } from "./transformer-error.ts";
import type { WeightStore } from "./weight-store.ts";

/** How tokens become vectors, as plain data. */
export interface TokenEmbedding {
  /** A vector for each token, `[vocabulary, dim]` */
  readonly tokens: Tensor;
  /** Factor on each token's vector; default 1. `sqrt(dim)` in Vaswani et al. 2017, section 3.4. */
  readonly scale?: number;
  /** Learned or sine positions, added, `[positions, dim]`; default none. */
  readonly positions?: Tensor;
  /** Applied last; default none. */
  readonly normalization?: Normalization;
}

/** An embedding where a backend computes. */
export interface PlacedEmbedding<T extends Operand> {
  readonly tokens: T;
  /** `[dim]`; null: 1 */
  readonly scale: T | null;
  readonly positions: T | null;
  readonly normalization: Normalization<T> | null;
}

export function placeEmbedding<T extends Operand>(
  { tokens, scale = 1, positions, normalization }: TokenEmbedding,
  store: WeightStore<T>,
): PlacedEmbedding<T> {
  const dim = tokens.shape[1] ?? 1;
  const dtype = tokens.dtype === "float64" ? "float64" : "float32";
  return {
    tokens: store.place(tokens),
    scale: scale === 1 ? null : store.place(tensor(new Float64Array(dim).fill(scale), { dtype })),
    positions: positions ? store.place(positions) : null,
    normalization: normalization ? store.normalization(normalization) : null,
  };
}

/** Tokens of several sequences and where they stand: plain, and written anew for each run of a recorded step. */
export interface TokenIds {
  /** int32 `[batch, tokens]` */
  readonly ids: Tensor;
  /** int32 `[batch, tokens]` */
  readonly positions: Tensor;
}

/** @param ids token ids of each sequence, all of one length
 *  @param start position of the first
 *  @throws {TransformerError} when there are no tokens or lengths differ */
export function tokenIds(ids: readonly (readonly number[])[], start: number): TokenIds {
  const tokens = ids[0]?.length ?? 0;
  if (tokens === 0 || ids.some(({ length }) => length !== tokens)) {
    const lengths = ids.map(({ length }) => length).join(", ");
    throw new TransformerError(
      `embedTokens: expected sequences of one length, at least one token each, got ${lengths || "no sequence"}. Pad them, and pass their lengths.`,
    );
  }
  const made = { ids: zeros([ids.length, tokens], "int32"), positions: zeros([ids.length, tokens], "int32") };
  writeTokenIds(made, ids, start);
  return made;
}

/** @param into of the same sizes */
export function writeTokenIds(into: TokenIds, ids: readonly (readonly number[])[], start: number): void {
  let place = 0;
  for (const sequence of ids) {
    for (const id of sequence) {
      // what is no int32 must not become one
      if (id !== (id | 0)) throw new EmbeddingError(`embedTokens: ids must be whole numbers, got ${id}.`);
      into.ids.data[place++] = id;
    }
  }
  const { data } = into.positions;
  for (let token = 0; token < data.length; token++) data[token] = start + (token % ids[0].length);
}

/** @returns `[batch, tokens, dim]`
 *  @throws {EmbeddingError} for an id or a position without a row */
export function embedTokens<T extends Operand>(
  { tokens, scale, positions: table, normalization }: PlacedEmbedding<T>,
  { ids, positions }: TokenIds,
  operations: BlockOperations<T>,
): T {
  checkPositions(table, positions.data[positions.data.length - 1]);
  const vectors = operations.gatherRows(tokens, ids);
  const scaled = scale ? operations.multiply(vectors, scale) : vectors;
  const placed = table ? operations.add(scaled, operations.gatherRows(table, positions)) : scaled;
  return normalization ? normalize(placed, normalization, operations) : placed;
}

/** @param last position of the last token
 *  @throws {EmbeddingError} */
export function checkPositions(table: Operand | null, last: number): void {
  if (!table || last < table.shape[0]) return;
  throw new EmbeddingError(
    `embedTokens: position ${last} has no row: the table has ${table.shape[0]}. Shorten the sequence or use a longer table.`,
  );
}
