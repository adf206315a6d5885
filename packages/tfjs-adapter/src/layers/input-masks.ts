import type { Tensor } from "@tensorflow/tfjs-core";
import type { layers, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";

/** What a call brings beside its inputs. */
export interface CallArguments {
  readonly mask?: Tensor | readonly (Tensor | null)[] | null;
  readonly training?: boolean;
  /** `[batch, queries, keys]`, bool: further pairs that may not be seen. */
  readonly attentionMask?: Tensor | null;
  readonly useCausalMask?: boolean;
  readonly returnAttentionScores?: boolean;
}

/** The padding mask of each input `[batch, tokens]`, null without one.
 *
 *  TensorFlow.js hands a layer the mask of its first input only, and hands on the last one it saw where there is none. So the graph is asked
 *  which inputs have masks at all; the masks of further inputs are found on the tensors, where layers that make or carry masks put them.
 *  @throws {AdapterError} when a mask was lost on its way */
export function inputMasks(
  layer: layers.Layer,
  inputs: readonly Tensor[],
  given: CallArguments["mask"],
): (Tensor | null)[] {
  const found: (Tensor | null)[] = [];
  for (const [index, input] of inputs.entries()) {
    const isMasked = reachesMask(layer, index);
    const same = inputs.indexOf(input);
    if (same < index) found.push(found[same]);
    else if (isMasked === false) found.push(null);
    else found.push(handed(given, index) ?? input.kerasMask ?? null);
    if (isMasked && found[index] === null) {
      throw new AdapterError(
        `${layer.name}: the padding mask of input ${index} was lost in a layer before it: TensorFlow.js carries masks of first inputs only. ` +
          "Put a layer that carries masks (TokenAndPositionEmbedding, TransformerEncoderLayer, MultiHeadAttention) right before it.",
      );
    }
  }
  return found;
}

function handed(given: CallArguments["mask"], index: number): Tensor | null {
  if (!given) return null;
  if (Array.isArray(given)) return (given as (Tensor | null)[])[index] ?? null;
  return index === 0 ? (given as Tensor) : null;
}

/** Whether a layer's input carries a mask in the graph; null for a layer that is called with tensors, outside any graph. */
function reachesMask(layer: layers.Layer, index: number): boolean | null {
  if (layer.inboundNodes.length === 0) return null;
  return layer.inboundNodes.some(
    ({ inputTensors }) => inputTensors[index] !== undefined && isMasked(inputTensors[index]),
  );
}

function isMasked({ sourceLayer, inputs }: SymbolicTensor): boolean {
  if (makesMask(sourceLayer)) return true;
  return sourceLayer.supportsMasking && inputs.some(isMasked);
}

function makesMask(layer: layers.Layer): boolean {
  if (layer.getClassName() === "Masking") return true;
  if ("layers" in layer && Array.isArray(layer.layers)) return (layer.layers as layers.Layer[]).some(makesMask);
  return "maskZero" in layer && layer.maskZero === true;
}
