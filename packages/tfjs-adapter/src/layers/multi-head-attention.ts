import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import { AttentionBlock } from "./attention-block.ts";
import type { CallArguments } from "./call-arguments.ts";
import { lastOf, vectorInputs, vectorShapes, type LayerArguments } from "./layer-arguments.ts";
import { lookConfig, lookKinds, readLook, type Look, type LookOptions } from "./look.ts";
import { MaskCarryingLayer } from "./mask-carrying-layer.ts";
import {
  count,
  flag,
  oneOf,
  readArguments,
  readElsewhere,
  required,
  share,
  wholeNumber,
  type ArgumentKinds,
} from "./read-arguments.ts";
import { WeightRules, weightRuleKinds, type WeightRuleArguments } from "./weight-rules.ts";

type Shape = (number | null)[];

const inputNames = ["query", "value", "key", "attentionMask"] as const;

export interface MultiHeadAttentionArguments extends LayerArguments, LookOptions, WeightRuleArguments {
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
  /** Hides the keys after each query; default false. */
  readonly useCausalMask?: boolean;
  /** Of initial weights and dropout; default: other numbers each time. */
  readonly seed?: number | null;
}

/** What Keras writes into a file beside: attention over the tokens, which is all there is here, how it is computed, and the shapes of inputs. */
interface FromKeras {
  readonly attentionAxes?: unknown;
  readonly flashAttention?: unknown;
  readonly queryShape?: unknown;
  readonly keyShape?: unknown;
  readonly valueShape?: unknown;
}

export const multiHeadAttentionKinds: ArgumentKinds<MultiHeadAttentionArguments & FromKeras> = {
  ...lookKinds,
  ...weightRuleKinds,
  numHeads: required(count),
  keyDim: required(count),
  valueDim: count,
  dropout: share,
  useBias: flag,
  outputShape: {
    expected: "a whole number of at least 1, or a list of one",
    accepts: (value) => ([value].flat() as unknown[]).length === 1 && count.accepts([value].flat()[0]),
  },
  keyHeads: count,
  returnAttentionScores: flag,
  useCausalMask: flag,
  seed: wholeNumber,
  attentionAxes: oneOf(1, [1]),
  flashAttention: flag,
  queryShape: readElsewhere,
  keyShape: readElsewhere,
  valueShape: readElsewhere,
};

/** Multi-head attention with the arguments, weight names and shapes of Keras 3, and with programs.
 *
 *  Input: `x` `[batch, tokens, dim]` for self-attention, or `[query, value]`, `[query, value, key]`, or these and a mask
 *  `[batch, queries, keys]`. Output `[batch, queries, outputShape]`. Padded tokens (maskZero) are not seen and see nothing, exactly.
 *  `apply(inputs, { attentionMask, useCausalMask, returnAttentionScores, training })` takes Keras's call arguments on tensors; where a model is
 *  built, the settings among them become the layer's own, because TensorFlow.js runs a model's layers without them.
 *  @see Vaswani et al. 2017, section 3.2.2 */
export class MultiHeadAttention extends MaskCarryingLayer {
  static className = "MultiHeadAttention";
  readonly #given: MultiHeadAttentionArguments;
  readonly #look: Look;
  readonly #rules: WeightRules;
  #block: AttentionBlock | null = null;
  #outputs = 1;

  constructor(given: MultiHeadAttentionArguments) {
    const args = readArguments("MultiHeadAttention", given, multiHeadAttentionKinds);
    const { useCausalMask = false, returnAttentionScores = false } = args;
    super(args, ["attentionMask", "useCausalMask", "returnAttentionScores"], { useCausalMask, returnAttentionScores });
    this.#given = args;
    this.#look = readLook(this.name, args);
    this.#rules = new WeightRules(this.name, args);
    this.#makeBlock(1);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [query, value = query, key = value] = vectorShapes(this.name, inputShape, inputNames);
    this.#block = this.#makeBlock(this.#outputDim(lastOf(query)));
    const add = this.#rules.applyTo((name, shape, initializer, regularizer) =>
      this.addWeight(name, shape, "float32", initializer, regularizer),
    );
    this.#block.build(add, { query: lastOf(query), key: lastOf(key), value: lastOf(value) });
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const [query, value = query] = vectorShapes(this.name, inputShape, inputNames);
    const output = [...query.slice(0, -1), this.#outputDim(lastOf(query))];
    if (!this.setting("returnAttentionScores")) return output;
    return [output, [query[0], this.#given.numHeads, query[1], value[1]]];
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor | Tensor[] {
    this.invokeCallHook(inputs, kwargs);
    const [query, value = query, key = value, attentionMask = null] = vectorInputs(this.name, inputs, inputNames);
    const masks = this.findMasks([query, value, key], kwargs.mask);
    const returnWeights = this.setting("returnAttentionScores", kwargs);
    this.#outputs = returnWeights ? 2 : 1;
    return tidy(() => {
      const keyMask = masks[2] ?? masks[1];
      const { output, weights } = (this.#block as AttentionBlock).call({
        query,
        key,
        value,
        queryMask: masks[0],
        keyMask,
        pairMask: kwargs.attentionMask ?? attentionMask,
        causal: this.setting("useCausalMask", kwargs),
        training: this.isTraining(kwargs),
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
      ...this.#rules.config(),
      numHeads,
      keyDim,
      valueDim: valueDim ?? null,
      dropout: dropout ?? 0,
      useBias: useBias ?? true,
      outputShape: typeof outputShape === "number" ? outputShape : (outputShape?.[0] ?? null),
      keyHeads: keyHeads ?? null,
      returnAttentionScores: this.setting("returnAttentionScores"),
      useCausalMask: this.setting("useCausalMask"),
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
