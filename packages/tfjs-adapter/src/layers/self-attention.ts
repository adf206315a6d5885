import type { serialization } from "@tensorflow/tfjs-core";
import { AdapterError } from "../adapter-error.ts";
import {
  MultiHeadAttention,
  multiHeadAttentionKinds,
  type MultiHeadAttentionArguments,
} from "./multi-head-attention.ts";
import { count, readArguments, required, type ArgumentKinds } from "./read-arguments.ts";

export interface SelfAttentionArguments extends Omit<
  MultiHeadAttentionArguments,
  "numHeads" | "keyDim" | "valueDim" | "keyHeads" | "outputShape" | "useBias"
> {
  /** Size of the vectors that come out. */
  readonly dModel: number;
  /** Default 1. */
  readonly numHeads?: number;
  /** Width of queries and keys, all heads together: a multiple of numHeads; default dModel. */
  readonly dKeys?: number | null;
  /** Width of values, all heads together: a multiple of numHeads; default dModel. */
  readonly dValues?: number | null;
}

const {
  keyDim: _,
  valueDim: __,
  keyHeads: ___,
  outputShape: ____,
  useBias: _____,
  ...shared
} = multiHeadAttentionKinds;
const kinds: ArgumentKinds<SelfAttentionArguments> = {
  ...shared,
  dModel: required(count),
  numHeads: count,
  dKeys: count,
  dValues: count,
};

/** The plain attention layer of textbooks: four projections without biases, told by their widths.
 *  Input `[batch, tokens, dim]`, output `[batch, tokens, dModel]`. Masks and programs as in `MultiHeadAttention`. */
export class SelfAttention extends MultiHeadAttention {
  static override className = "SelfAttention";
  readonly #given: SelfAttentionArguments;

  constructor(given: SelfAttentionArguments) {
    const { dModel, numHeads = 1, dKeys, dValues, ...args } = readArguments("SelfAttention", given, kinds);
    const perHead = (name: string, width: number): number => {
      if (Number.isInteger(width / numHeads)) return width / numHeads;
      throw new AdapterError(
        `SelfAttention: expected ${name} to be a multiple of numHeads, got ${width} and ${numHeads}. It is the width of all heads together.`,
      );
    };
    super({
      ...args,
      numHeads,
      keyDim: perHead("dKeys", dKeys ?? dModel),
      valueDim: perHead("dValues", dValues ?? dModel),
      outputShape: dModel,
      useBias: false,
    });
    this.#given = given;
  }

  override getConfig(): serialization.ConfigDict {
    const { keyDim: _, valueDim: __, keyHeads: ___, outputShape: ____, useBias: _____, ...config } = super.getConfig();
    const { dModel, dKeys, dValues } = this.#given;
    return { ...config, dModel, dKeys: dKeys ?? null, dValues: dValues ?? null };
  }
}
