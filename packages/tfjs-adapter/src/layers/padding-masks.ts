import { clone, reshape, Tensor } from "@tensorflow/tfjs-core";
import type { layers } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import type { CallArguments } from "./call-arguments.ts";
import { hasMaskMaker, maskSources } from "./mask-source.ts";

/** What a call found; `isHanded` when the first mask is the one that TensorFlow.js handed over. */
interface Found {
  readonly masks: readonly (Tensor | null)[];
  readonly isHanded: boolean;
}

/** Outputs that have no mask: of layers that would have put one on them. */
const unmasked = new WeakSet<object>();

/** Finds the padding masks of a layer's inputs, and carries the first of them on to the layer's output.
 *
 *  TensorFlow.js hands a layer the mask of its first input only, and hands on the last one it saw where there is none. So the graph is asked
 *  which inputs have masks at all, and masks are looked for on the tensors (`kerasMask`), where layers that make or carry masks put them. After
 *  the call TensorFlow.js asks `computeMask`, and tells it every mask that it knows: then it shows whether the right ones were found. */
export class PaddingMasks {
  readonly #layer: layers.Layer;
  readonly #found = new WeakMap<Tensor, Found>();

  constructor(layer: layers.Layer) {
    this.#layer = layer;
  }

  /** The padding mask of each input `[batch, tokens]`, null without one.
   *  @throws {AdapterError} when a mask was lost on its way */
  find(inputs: readonly Tensor[], given: CallArguments["mask"]): readonly (Tensor | null)[] {
    const masks: (Tensor | null)[] = [];
    for (const [index, input] of inputs.entries()) {
      const same = inputs.indexOf(input);
      masks.push(same < index ? masks[same] : this.#maskOf(index, input, handed(given, index)));
    }
    const isHanded = masks[0] !== null && masks[0] === handed(given, 0);
    this.#found.set(inputs[0], { masks, isHanded });
    return masks;
  }

  /** Remembers which outputs have no mask, so that the layer that they go to next takes none for theirs. */
  note(outputs: object | readonly object[]): void {
    for (const output of [outputs].flat()) if (output instanceof Tensor && !output.kerasMask) unmasked.add(output);
  }

  /** What `computeMask` answers. The output's mask is disposed of with it, so it is a tensor of its own unless TensorFlow.js owns it already.
   *  @param given the masks that TensorFlow.js knows, one for each input
   *  @throws {AdapterError} when the call was not told the right ones */
  carry(inputs: Tensor | Tensor[], given?: Tensor | Tensor[]): Tensor | null {
    this.check(inputs, given);
    const [first] = [inputs].flat();
    const known: readonly (Tensor | null | undefined)[] = [given].flat();
    const own = known[0] ?? this.#found.get(first)?.masks[0] ?? null;
    if (own === null) return null;
    const [batch, tokens] = first.shape;
    if (own.rank !== 2 && own.size === batch * tokens) return reshape(own, [batch, tokens]); // merging layers put axes of 1 before
    return own === known[0] ? own : clone(own);
  }

  /** Compares what the call found with what TensorFlow.js knows; `computeMask` is asked once without that.
   *  @throws {AdapterError} when the call was not told the right masks */
  check(inputs: Tensor | Tensor[], given?: Tensor | Tensor[]): void {
    const [first] = [inputs].flat();
    const found = this.#found.get(first);
    if (!found || given === undefined) return;
    const known: readonly (Tensor | null | undefined)[] = [given].flat();
    if (found.isHanded && found.masks[0] !== first.kerasMask && !known[0]) throw this.#lost(0);
    for (const [index, mask] of found.masks.entries()) if (known[index] && !mask) throw this.#lost(index);
  }

  #maskOf(index: number, input: Tensor, given: Tensor | null): Tensor | null {
    const { kerasMask } = input;
    const sources = maskSources(this.#layer, index);
    const kept = kerasMask && !kerasMask.isDisposed ? kerasMask : null;
    if (sources.length === 0) {
      if (given || kept || !kerasMask) return given ?? kept;
      throw this.#lost(index, "Apply the layers inside one tidy, or pass the mask: apply(inputs, { mask }).");
    }
    if (kept || unmasked.has(input)) return kept;
    if (sources.includes("made")) {
      if (given || sources.some((source) => source !== "made")) return given;
      throw this.#lost(index);
    }
    // a mask that no layer here makes comes from outside, where it may belong to another branch
    if (given && sources.includes("brought") && !hasMaskMaker(this.#layer)) throw this.#lost(index);
    return null;
  }

  #lost(
    index: number,
    remedy = "Put a layer that carries masks (TokenAndPositionEmbedding, TransformerEncoderLayer, MultiHeadAttention, RMSNormalization) right " +
      "before this layer, or before the model that it is in; masks do not come out of a model inside another.",
  ): AdapterError {
    return new AdapterError(
      `${this.#layer.name}: the padding mask of input ${index} was lost in a layer before it: TensorFlow.js carries masks of first inputs only. ${remedy}`,
    );
  }
}

function handed(given: CallArguments["mask"], index: number): Tensor | null {
  if (!given) return null;
  if (Array.isArray(given)) return (given as (Tensor | null)[])[index] ?? null;
  return index === 0 ? (given as Tensor) : null;
}
