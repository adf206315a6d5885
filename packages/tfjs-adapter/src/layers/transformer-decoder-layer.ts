import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import { AdapterError } from "../adapter-error.ts";
import type { AddWeight } from "./add-weight.ts";
import type { AttentionBlock } from "./attention-block.ts";
import { branch } from "./branch.ts";
import type { CallArguments } from "./call-arguments.ts";
import type { FeedForward } from "./feed-forward.ts";
import { lastOf, vectorInputs, vectorShapes } from "./layer-arguments.ts";
import { lookConfig, readLook, type Look } from "./look.ts";
import { MaskCarryingLayer } from "./mask-carrying-layer.ts";
import type { NormBlock } from "./norm-block.ts";
import { programText, readProgram, type LayerProgram } from "./program-text.ts";
import { readArguments, readElsewhere, type ArgumentKinds } from "./read-arguments.ts";
import {
  attentionOf,
  feedForwardOf,
  normOf,
  transformerConfig,
  transformerKinds,
  type TransformerArguments,
} from "./transformer-arguments.ts";
import { WeightRules } from "./weight-rules.ts";

type Shape = (number | null)[];

const inputNames = ["x", "encoded"] as const;

export interface TransformerDecoderLayerArguments extends TransformerArguments {
  /** Programs of the cross-attention; `score` and `mask` are those of the self-attention. */
  readonly crossScore?: LayerProgram | null;
  readonly crossMask?: LayerProgram | null;
}

const kinds: ArgumentKinds<TransformerDecoderLayerArguments> = {
  ...transformerKinds,
  crossScore: readElsewhere,
  crossMask: readElsewhere,
};

/** Causal self-attention, attention to what an encoder gave, and a feed-forward network, each with a way around it and a normalization.
 *  Input `[batch, tokens, dim]` (then there is no cross-attention) or `[x, encoded]`, encoded `[batch, keys, any dim]`; output as x.
 *  Padding masks of both are honoured; on tensors, `apply(inputs, { attentionMask })` hides further pairs from the self-attention.
 *  @see Vaswani et al. 2017, section 3.1; KerasHub TransformerDecoder */
export class TransformerDecoderLayer extends MaskCarryingLayer {
  static className = "TransformerDecoderLayer";
  readonly #given: TransformerDecoderLayerArguments;
  readonly #look: Look;
  readonly #crossLook: Look;
  readonly #rules: WeightRules;
  readonly #feedForward: FeedForward;
  readonly #norms: readonly [NormBlock, NormBlock, NormBlock];
  #attention: AttentionBlock | null = null;
  #cross: AttentionBlock | null = null;

  constructor(given: TransformerDecoderLayerArguments) {
    const args = readArguments("TransformerDecoderLayer", given, kinds);
    super(args, ["attentionMask", "useCausalMask"], { useCausalMask: args.useCausalMask ?? true });
    this.#given = args;
    this.#look = readLook(this.name, args);
    this.#crossLook = {
      score: readProgram(this.name, "crossScore", "float", args.crossScore),
      mask: readProgram(this.name, "crossMask", "bool", args.crossMask),
      normalizer: this.#look.normalizer,
      learnedTables: [],
      rotary: null,
    };
    this.#rules = new WeightRules(this.name, args);
    this.#feedForward = feedForwardOf(this.name, args);
    this.#norms = [normOf(this.name, args), normOf(this.name, args), normOf(this.name, args)];
    attentionOf(this.name, args, this.#look, args.numHeads, 0);
  }

  override build(inputShape: Shape | Shape[]): void {
    const [own, encoded] = vectorShapes(this.name, inputShape, inputNames);
    const dim = lastOf(own);
    const add = this.#rules.applyTo((name, shape, initializer, regularizer) =>
      this.addWeight(name, shape, "float32", initializer, regularizer),
    );
    const below =
      (prefix: string): AddWeight =>
      (name, shape, initializer) =>
        add(`${prefix}/${name}`, shape, initializer);
    this.#attention = attentionOf(this.name, this.#given, this.#look, dim, 0);
    this.#attention.build(below("self_attention"), { query: dim, key: dim, value: dim });
    this.#norms[0].build(add, dim, "self_attention_norm/");
    if (encoded) {
      this.#cross = attentionOf(this.name, this.#given, this.#crossLook, dim, 10);
      this.#cross.build(below("cross_attention"), { query: dim, key: lastOf(encoded), value: lastOf(encoded) });
      this.#norms[1].build(add, dim, "cross_attention_norm/");
    }
    this.#feedForward.build(add, dim);
    this.#norms[2].build(add, dim, "feedforward_norm/");
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...vectorShapes(this.name, inputShape, inputNames)[0]];
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const given = vectorInputs(this.name, inputs, inputNames);
    const [x, encoded] = given;
    if ((encoded !== undefined) !== (this.#cross !== null)) {
      throw new AdapterError(
        `${this.name}: expected ${this.#cross ? "[x, encoded]" : "x alone"}, as when it was built, got ${given.length} inputs.`,
      );
    }
    const [mask, encodedMask] = this.findMasks(given, kwargs.mask);
    const { normalizeFirst = false, dropout = 0 } = this.#given;
    const training = this.isTraining(kwargs);
    const settings = { normalizeFirst, dropout, training };
    const attention = this.#attention as AttentionBlock;
    const causal = this.setting("useCausalMask", kwargs);
    return tidy(() => {
      const masks = { queryMask: mask, keyMask: mask, pairMask: kwargs.attentionMask ?? null, causal };
      let y = branch(
        x,
        this.#norms[0],
        settings,
        (z) => attention.call({ query: z, key: z, value: z, ...masks, training }).output,
      );
      const cross = this.#cross;
      if (cross) {
        const around = { key: encoded, value: encoded, queryMask: mask, keyMask: encodedMask, training };
        y = branch(y, this.#norms[1], settings, (z) => cross.call({ query: z, ...around }).output);
      }
      return branch(y, this.#norms[2], settings, (z) => this.#feedForward.call(z));
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { score, mask } = this.#crossLook;
    return {
      ...super.getConfig(),
      ...lookConfig(this.#look),
      ...transformerConfig(this.#given),
      ...this.#rules.config(),
      useCausalMask: this.setting("useCausalMask"),
      crossScore: score && programText(score),
      crossMask: mask && programText(mask),
    };
  }
}
