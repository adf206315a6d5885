import type { BlockOperations } from "@fovea/block-operations";
import { addPositions, embed } from "@fovea/embedding";
import { tensor, type Tensor } from "@fovea/tensor";
import { normalize, type Normalization } from "./normalization.ts";
import { TransformerError } from "./transformer-error.ts";

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

/** @param ids token ids of each sequence, all of one length
 *  @param start position of the first
 *  @returns `[batch, tokens, dim]`
 *  @throws {EmbeddingError} for an id or a position without a row
 *  @throws {TransformerError} when there are no tokens or lengths differ */
export function embedTokens(
  embedding: TokenEmbedding,
  ids: readonly (readonly number[])[],
  start: number,
  operations: BlockOperations,
): Tensor {
  const tokens = ids[0]?.length ?? 0;
  if (tokens === 0 || ids.some(({ length }) => length !== tokens)) {
    const lengths = ids.map(({ length }) => length).join(", ");
    throw new TransformerError(
      `embedTokens: expected sequences of one length, at least one token each, got ${lengths || "no sequence"}. Pad them, and pass their lengths.`,
    );
  }
  const vectors = embed(embedding.tokens, tensor(ids.flat(), { shape: [ids.length, tokens], dtype: "int32" }), {
    scale: embedding.scale ?? 1,
  });
  const placed = embedding.positions ? addPositions(vectors, embedding.positions, { positions: start }) : vectors;
  const x = operations.place(placed);
  return embedding.normalization ? normalize(x, embedding.normalization, operations) : x;
}
