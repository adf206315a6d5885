import type { serialization } from "@tensorflow/tfjs-core";
import {
  MultiHeadAttention,
  multiHeadAttentionKinds,
  type MultiHeadAttentionArguments,
} from "./multi-head-attention.ts";
import { count, readArguments, required, type ArgumentKinds } from "./read-arguments.ts";

export interface GroupedQueryAttentionArguments extends Omit<
  MultiHeadAttentionArguments,
  "numHeads" | "keyDim" | "valueDim" | "keyHeads" | "outputShape"
> {
  /** Size of each head's queries, keys and values. */
  readonly headDim: number;
  readonly numQueryHeads: number;
  /** Divides numQueryHeads; 1 is multi-query attention. */
  readonly numKeyValueHeads: number;
}

const {
  numHeads: _,
  keyDim: __,
  valueDim: ___,
  keyHeads: ____,
  outputShape: _____,
  ...shared
} = multiHeadAttentionKinds;
const kinds: ArgumentKinds<GroupedQueryAttentionArguments> = {
  ...shared,
  headDim: required(count),
  numQueryHeads: required(count),
  numKeyValueHeads: required(count),
};

/** Multi-head attention whose query heads share key and value heads, with the arguments, weight names and shapes of Keras 3; inputs, output and
 *  masks as in `MultiHeadAttention`.
 *  @see Ainslie et al. 2023, "GQA" */
export class GroupedQueryAttention extends MultiHeadAttention {
  static override className = "GroupedQueryAttention";
  readonly #given: GroupedQueryAttentionArguments;

  constructor(given: GroupedQueryAttentionArguments) {
    const { headDim, numQueryHeads, numKeyValueHeads, ...args } = readArguments("GroupedQueryAttention", given, kinds);
    super({ ...args, numHeads: numQueryHeads, keyHeads: numKeyValueHeads, keyDim: headDim });
    this.#given = given;
  }

  override getConfig(): serialization.ConfigDict {
    const { numHeads: _, keyHeads: __, keyDim: ___, valueDim: ____, outputShape: _____, ...config } = super.getConfig();
    const { headDim, numQueryHeads, numKeyValueHeads } = this.#given;
    return { ...config, headDim, numQueryHeads, numKeyValueHeads };
  }
}
