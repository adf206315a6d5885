import { SymbolicTensor } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { CallArguments } from "./call-arguments.ts";

/** What to do instead, by argument. */
const remedies: Partial<Readonly<Record<keyof CallArguments, string>>> = {
  attentionMask: "Give the layer a mask program when it is made, or call it on tensors.",
  useCausalMask: "Give the layer mask: causal() of @fovea/masking when it is made.",
  returnAttentionScores: "Set it when the layer is made.",
};

/** Refuses Keras's call arguments where a model is being built: TensorFlow.js saves them, but runs the layers of a model without them, and a
 *  causal model would look ahead.
 *  @throws {AdapterError} */
export function refuseCallArguments(layer: string, inputs: unknown, given: CallArguments = {}): void {
  const isModel = [inputs].flat().some((input) => input instanceof SymbolicTensor);
  for (const [name, remedy] of Object.entries(remedies)) {
    if (!isModel || !given[name as keyof CallArguments]) continue;
    throw new AdapterError(`${layer}: TensorFlow.js runs a model's layers without ${name}. ${remedy}`);
  }
}
