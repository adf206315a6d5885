import type { Tensor } from "@fovea/tensor";

export interface ApplyRotaryOptions {
  /** Which dimensions turn together: `"interleaved"` (default) pairs 0 with 1, 2 with 3, … (RoFormer, Llama's own weights, Moonshine);
   *  `"halves"` pairs i with i + rotaryDim / 2 (GPT-NeoX, Hugging Face). */
  readonly layout?: "interleaved" | "halves";
  /** Row of the tables for the first token (default 0; with a cache, how many tokens it holds), or the row of every token,
   *  int32 `[batch, tokens]`. Not for tables of three axes, which have a row per token already. */
  readonly positions?: number | Tensor;
}
