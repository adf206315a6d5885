import type { DType } from "@fovea/tensor";

/** What must be known of an operand before a backend sees it. Plain tensors are operands; so are a backend's own
 *  (device buffers, caches packed for its kernels), which is why interfaces of backends take the operand type as a parameter. */
export interface Operand {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Of int8 keys and values: what the numbers of each row are multiplied with, float32 `[batch, keyHeads, keys]`. */
  readonly scales?: Operand;
  /** Frees the memory of an operand that a backend made; whoever it was made for calls it. Plain tensors and views have none. */
  dispose?(): void;
}
