import { Tensor } from "@tensorflow/tfjs-core";
import { SymbolicTensor } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { CallArguments, TakenArguments } from "./call-arguments.ts";

/** Whether a layer is applied where a model is built, not on tensors. */
export const isBuilding = (inputs: unknown): boolean =>
  [inputs].flat().some((input) => input instanceof SymbolicTensor);

/** Refuses call arguments that a layer would not look at: TensorFlow.js saves those of a model's layers, but runs the layers without them.
 *  @param taken what the layer takes
 *  @throws {AdapterError} */
export function checkCallArguments(layer: string, inputs: unknown, given: CallArguments, taken: TakenArguments): void {
  if (typeof given !== "object" || given === null) {
    throw new AdapterError(`${layer}: expected the call arguments to be an object, got ${JSON.stringify(given)}.`);
  }
  const all = [inputs].flat() as readonly unknown[];
  const [first] = all;
  if (all.length === 0 || !all.every((input) => input instanceof Tensor || input instanceof SymbolicTensor)) {
    throw new AdapterError(
      `${layer}: expected tensors to be applied to, got ${all.length === 0 ? "none" : describe(all.find((input) => !(input instanceof Tensor)))}.`,
    );
  }
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined || value === null) continue;
    const isKnown = name === "mask" || name === "training" || (taken as readonly string[]).includes(name);
    const isSetting = isKnown && name !== "mask" && name !== "attentionMask";
    if (isSetting && typeof value !== "boolean") {
      throw new AdapterError(`${layer}: expected ${name} to be true or false, got ${describe(value)}.`);
    }
    if (isSetting) continue;
    if (isKnown && !isBuilding(inputs)) {
      const given = name === "mask" ? ([value].flat() as unknown[]) : [value];
      if (given.every((each) => each instanceof Tensor || (each === null && name === "mask"))) continue;
      throw new AdapterError(
        `${layer}: expected ${name} to be a tensor, got ${describe(value)}. Make one with tf.tensor.`,
      );
    }
    if (isBuilding(inputs) && (name === "value" || name === "key") && isReference(value, first)) continue;
    if (["value", "key", "attentionMask", "mask"].includes(name)) {
      throw new AdapterError(
        `${layer}: a model's layers run with their inputs alone in TensorFlow.js, and ${name} came as a call argument. ${remedy(name, taken)}`,
      );
    }
    const names = ["mask", "training", ...taken].join(", ");
    throw new AdapterError(
      `${layer}: there is no call argument ${JSON.stringify(name)}, but ${names}. The layer would not look at it: leave it out.`,
    );
  }
}

function remedy(name: string, taken: TakenArguments): string {
  if (name === "mask") return "Padding masks travel by themselves from layers with maskZero; leave it out.";
  if (taken.includes("returnAttentionScores")) {
    return (
      "To load a model that Keras saved, tf.loadLayersModel(kerasModel(address or handler)) of @fovea/tfjs-adapter/layers makes inputs of them; " +
      "where you build it, apply the layer to [query, value, key, attentionMask], as many as there are."
    );
  }
  return "Give the layer a mask program when it is made, or call it on tensors.";
}

/** Whether a value is how Keras names a tensor in a file, `[layer, node, output]`, and this the tensor it names: self-attention says its
 *  input twice. TensorFlow.js has made camel case of the layer's name. */
function isReference(value: unknown, input: unknown): boolean {
  if (value === input) return true;
  if (!Array.isArray(value) || !(input instanceof SymbolicTensor)) return false;
  const camel = input.sourceLayer.name.replaceAll(/_+(\w|$)/g, (_, letter: string) => letter.toUpperCase());
  return (
    [camel, input.sourceLayer.name].includes(value[0]) && value[1] === input.nodeIndex && value[2] === input.tensorIndex
  );
}

const describe = (value: unknown): string =>
  typeof value === "object" && value !== null ? "an object" : (JSON.stringify(value) ?? typeof value);
