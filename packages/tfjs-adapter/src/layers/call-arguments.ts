import type { Tensor } from "@tensorflow/tfjs-core";

/** What a call brings beside its inputs. */
export interface CallArguments {
  readonly mask?: Tensor | readonly (Tensor | null)[] | null;
  readonly training?: boolean;
  /** `[batch, queries, keys]`, bool: further pairs that may not be seen. */
  readonly attentionMask?: Tensor | null;
  readonly useCausalMask?: boolean;
  readonly returnAttentionScores?: boolean;
}
