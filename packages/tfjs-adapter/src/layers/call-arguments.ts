import type { Tensor } from "@tensorflow/tfjs-core";

/** What a call brings beside its inputs. */
export interface CallArguments {
  readonly mask?: Tensor | readonly (Tensor | null)[] | null;
  readonly training?: boolean | null;
  /** `[batch, queries, keys]`, bool: further pairs that may not be seen. */
  readonly attentionMask?: Tensor | null;
  readonly useCausalMask?: boolean | null;
  readonly returnAttentionScores?: boolean | null;
}

/** Arguments of a call that are settings: where a model is built, they become the layer's own. */
export type CallSetting = "training" | "useCausalMask" | "returnAttentionScores";

/** Names of the call arguments that a layer takes beside `mask` and `training`, which every layer of TensorFlow.js is given. */
export type TakenArguments = readonly Exclude<keyof CallArguments, "mask" | "training">[];
