import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import { AttentionBlock } from "./attention-block.ts";
import type { CallArguments } from "./call-arguments.ts";
import { lastOf, vectorInputs, vectorShapes, type LayerArguments } from "./layer-arguments.ts";
import { lookConfig, readLook, type Look, type LookOptions } from "./look.ts";
import { MaskCarryingLayer } from "./mask-carrying-layer.ts";

type Shape = (number | null)[];

const inputNames = ["query", "value", "key"] as const;

export interface MultiHeadAttentionArguments extends LayerArguments, LookOptions {
  readonly numHeads: number;
  /** Size of each head's queries and keys. */
  readonly keyDim: number;
  /** Size of each head's values; default keyDim. */
  readonly valueDim?: number | null;
  /** Share of the weights dropped in training; default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** Size of the output vectors; default that of the queries. */
  readonly outputShape?: number | readonly number[] | null;
  /** Heads of keys and values, each shared by numHeads / keyHeads query heads; default numHeads. */
  readonly keyHeads?: number | null;
  /** Gives the weights `[batch, heads, queries, keys]` as a second output; default false. */
  readonly returnAttentionScores?: boolean;
  /** Of initial weights and dropout; default: other numbers each time. */
  readonly seed?: number | null;
}

/** Multi-head attention with the arguments, weight names and shapes of Keras 3, and with programs.
 *
 *  Input: `x` `[batch, tokens, dim]` for self-attention, or `[query, value]` or `[query, value, key]`. Output `[batch, queries, outputShape]`.
 *  Padded tokens (maskZero) are not seen and see nothing, exactly. `apply(inputs, { attentionMask, useCausalMask, returnAttentionScores })`
 *  takes Keras's call arguments on tensors; in a model, where TensorFlow.js drops them, the layer is told when it is made.
 *  @see Vaswani et al. 2017, section 3.2.2 */
export class MultiHeadAttention extends MaskCarryingLayer {
  static className = "MultiHeadAttention";
  readonly #given: MultiHeadAttentionArguments;
  readonly #look: Look;
  #block: AttentionBlock | null = null;
  #outputs = 1;

  constructor(args: MultiHeadAttentionArguments) {
    super(args);
    this.#given = args;
    this.#look = readLook(this.name, args);
    this.#makeBlock(1);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [query, value = query, key = value] = vectorShapes(this.name, inputShape, inputNames);
    this.#block = this.#makeBlock(this.#outputDim(lastOf(query)));
    this.#block.build((name, shape, initializer) => this.addWeight(name, shape, "float32", initializer), {
      query: lastOf(query),
      key: lastOf(key),
      value: lastOf(value),
    });
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [query, value = query] = vectorShapes(this.name, inputShape, inputNames);
    const output = [...query.slice(0, -1), this.#outputDim(lastOf(query))];
    if (!this.#given.returnAttentionScores) return output;
    return [output, [query[0], this.#given.numHeads, query[1], value[1]]];
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor | Tensor[] {
    this.invokeCallHook(inputs, kwargs);
    const [query, value = query, key = value] = vectorInputs(this.name, inputs, inputNames);
    const masks = this.findMasks([query, value, key], kwargs.mask);
    const returnWeights = kwargs.returnAttentionScores ?? this.#given.returnAttentionScores ?? false;
    this.#outputs = returnWeights ? 2 : 1;
    return tidy(() => {
      const keyMask = masks[2] ?? masks[1];
      const { output, weights } = (this.#block as AttentionBlock).call({
        query,
        key,
        value,
        queryMask: masks[0],
        keyMask,
        pairMask: kwargs.attentionMask ?? null,
        causal: kwargs.useCausalMask ?? false,
        training: kwargs.training ?? false,
        returnWeights,
      });
      return weights ? [output, weights] : output;
    });
  }

  override computeMask(inputs: Tensor | Tensor[], mask?: Tensor | Tensor[]): Tensor | Tensor[] {
    const own = super.computeMask(inputs, mask) as Tensor;
    return this.#outputs === 2 ? [own, null as unknown as Tensor] : own;
  }

  override getConfig(): serialization.ConfigDict {
    const { numHeads, keyDim, valueDim, dropout, useBias, outputShape, keyHeads } = this.#given;
    return {
      ...super.getConfig(),
      ...lookConfig(this.#look),
      numHeads,
      keyDim,
      valueDim: valueDim ?? null,
      dropout: dropout ?? 0,
      useBias: useBias ?? true,
      outputShape: typeof outputShape === "number" ? outputShape : (outputShape?.[0] ?? null),
      keyHeads: keyHeads ?? null,
      returnAttentionScores: this.#given.returnAttentionScores ?? false,
      seed: this.#given.seed ?? null,
    };
  }

  #outputDim(queryDim: number): number {
    const { outputShape } = this.#given;
    return (typeof outputShape === "number" ? outputShape : outputShape?.[0]) ?? queryDim;
  }

  #makeBlock(outputDim: number): AttentionBlock {
    const { numHeads, keyDim, valueDim, keyHeads, dropout = 0, useBias = true, seed = null } = this.#given;
    const sizes = {
      heads: numHeads,
      keyHeads: keyHeads ?? numHeads,
      headDim: keyDim,
      valueDim: valueDim ?? keyDim,
      outputDim,
    };
    return new AttentionBlock(this.name, sizes, { look: this.#look, dropout, useBias, seed });
  }
}
