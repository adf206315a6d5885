import type { Tensor } from "@fovea/tensor";

/** An operand of a recorded step that may lie elsewhere at the next run, and where it was placed. */
export interface Moving {
  readonly tensor: Tensor;
  readonly placed: { address: number };
}
