import type { serialization } from "@tensorflow/tfjs-core";
import { AttentionBlock } from "./attention-block.ts";
import { FeedForward, type ActivationName } from "./feed-forward.ts";
import type { LayerArguments } from "./layer-arguments.ts";
import { lookKinds, type Look, type LookOptions } from "./look.ts";
import { NormBlock, type Normalization } from "./norm-block.ts";
import {
  count,
  epsilon,
  flag,
  readElsewhere,
  required,
  share,
  wholeNumber,
  type ArgumentKinds,
} from "./read-arguments.ts";
import { weightRuleKinds, type WeightRuleArguments } from "./weight-rules.ts";

/** What the transformer layers are told, with KerasHub's names. */
export interface TransformerArguments extends LayerArguments, LookOptions, WeightRuleArguments {
  readonly numHeads: number;
  /** Width of the layer between the two projections. */
  readonly intermediateDim: number;
  /** Default numHeads. */
  readonly keyHeads?: number | null;
  /** Share of weights and of each branch's output that is dropped in training; default 0. */
  readonly dropout?: number;
  /** Default "relu". */
  readonly activation?: ActivationName;
  /** Default 1e-5. */
  readonly layerNormEpsilon?: number;
  /** Normalizes what goes into each branch (pre-norm) instead of what comes out of the sum; default false, as in KerasHub. */
  readonly normalizeFirst?: boolean;
  /** Default "layer". */
  readonly normalization?: Normalization;
  /** Default true. */
  readonly useBias?: boolean;
  /** Hides what follows each token; default false for an encoder, true for a decoder. */
  readonly useCausalMask?: boolean;
  /** Of initial weights and dropout; default: other numbers each time. */
  readonly seed?: number | null;
}

export const transformerKinds: ArgumentKinds<TransformerArguments> = {
  ...lookKinds,
  ...weightRuleKinds,
  numHeads: required(count),
  intermediateDim: required(count),
  keyHeads: count,
  dropout: share,
  activation: readElsewhere,
  layerNormEpsilon: epsilon,
  normalizeFirst: flag,
  normalization: readElsewhere,
  useBias: flag,
  useCausalMask: flag,
  seed: wholeNumber,
};

/** Attention over vectors of one width, whose heads share it. */
export function attentionOf(
  who: string,
  args: TransformerArguments,
  look: Look,
  dim: number,
  step: number,
): AttentionBlock {
  const { numHeads, keyHeads, dropout = 0, useBias = true, seed = null } = args;
  const headDim = Math.max(1, Math.floor(dim / numHeads));
  const sizes = { heads: numHeads, keyHeads: keyHeads ?? numHeads, headDim, valueDim: headDim, outputDim: dim };
  return new AttentionBlock(who, sizes, { look, dropout, useBias, seed: seed === null ? null : seed + step });
}

export const normOf = (who: string, { normalization, layerNormEpsilon }: TransformerArguments): NormBlock =>
  new NormBlock(who, normalization ?? "layer", layerNormEpsilon ?? 1e-5);

export const feedForwardOf = (who: string, args: TransformerArguments): FeedForward =>
  new FeedForward(who, args.intermediateDim, args.activation ?? "relu", args.seed ?? null);

/** What a saved model holds of these arguments. */
export function transformerConfig(args: TransformerArguments): serialization.ConfigDict {
  return {
    numHeads: args.numHeads,
    intermediateDim: args.intermediateDim,
    keyHeads: args.keyHeads ?? null,
    dropout: args.dropout ?? 0,
    activation: args.activation ?? "relu",
    layerNormEpsilon: args.layerNormEpsilon ?? 1e-5,
    normalizeFirst: args.normalizeFirst ?? false,
    normalization: args.normalization ?? "layer",
    useBias: args.useBias ?? true,
    seed: args.seed ?? null,
  };
}
