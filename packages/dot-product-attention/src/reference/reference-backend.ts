import { clone, concatenateRows, sliceRows, zeros } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";
import type { Backend, Kernel } from "../backend.ts";
import { type BlockOperations, referenceOperations } from "@fovea/block-operations";
import type { Plan } from "../plan.ts";
import { backward } from "./backward.ts";
import { forward } from "./forward.ts";

/** Plain loops in float64 over plain tensors: slow, obvious, and the definition that every other backend is held against.
 *  Runs wherever JavaScript does. It keeps nothing between calls, so disposing of it is not needed and does not stop it. */
export const referenceBackend: Backend & { readonly operations: BlockOperations } = {
  name: "reference",
  blockSize: { query: 64, key: 64 },
  compile: (plan) => compile(plan),
  concatenateKeys: (parts) => concatenateRows(parts, 2),
  place: (tensor) => tensor,
  allocate: zeros,
  read: clone,
  operations: referenceOperations,
  sliceKeys: (tensor, from, to) => sliceRows(tensor, [null, null, [from, to]]),
  dispose: () => {},
};

function compile(plan: Plan): Kernel {
  let disposed = false;
  const check = (): void => {
    if (disposed)
      throw new AttentionError("referenceBackend: this kernel has been disposed of. Compile the plan again.");
  };
  return {
    forward(call) {
      check();
      return forward(plan, call);
    },
    backward(call, forward, outputGradient) {
      check();
      return backward(plan, call, forward, outputGradient);
    },
    dispose() {
      disposed = true;
    },
  };
}
