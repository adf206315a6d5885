import type { BlockOperations, Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import type { Backend } from "./backend.ts";
import { referenceBackend } from "./reference/reference-backend.ts";

/** The backend that was chosen, else the reference backend. */
export function backendOf<T extends Operand = Tensor>(chosen: Backend<T> | undefined): Backend<T> {
  // whoever chooses none computes with plain tensors
  return chosen ?? (referenceBackend as Backend<Operand> as Backend<T>);
}

/** The block operations of a backend; the reference backend's where there is no backend, or one without. */
export function operationsOf<T extends Operand = Tensor>(chosen: Backend<T> | undefined): BlockOperations<T> {
  // only a backend whose operands are plain tensors may leave its operations out
  return chosen?.operations ?? (referenceBackend.operations as BlockOperations<Operand> as BlockOperations<T>);
}
