import type { Tensor } from "@fovea/tensor";

/** Sequences that grow: what generation needs of a model. A session of `createDecoder` is one, and so is anything that says how likely the next tokens are. */
export interface TokenSession {
  /** Appends tokens to each sequence.
   *  @param ids `[batch][tokens]`, at least one token
   *  @returns for the token that follows, how likely each is: logits `[batch, vocabulary]` */
  feed(ids: readonly (readonly number[])[]): Tensor | Promise<Tensor>;
  /** Sequence i becomes what sequence `order[i]` was; there may be more or fewer than before. Needed by beam search. */
  reorder?(order: readonly number[]): void;
}
