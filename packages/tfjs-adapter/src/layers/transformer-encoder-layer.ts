import { tidy, type serialization, type Tensor } from "@tensorflow/tfjs-core";
import type { AttentionBlock } from "./attention-block.ts";
import { branch } from "./branch.ts";
import type { CallArguments } from "./call-arguments.ts";
import type { FeedForward } from "./feed-forward.ts";
import { lastOf, vectorInputs, vectorShapes } from "./layer-arguments.ts";
import { lookConfig, readLook, type Look } from "./look.ts";
import { MaskCarryingLayer } from "./mask-carrying-layer.ts";
import type { NormBlock } from "./norm-block.ts";
import { readArguments } from "./read-arguments.ts";
import {
  attentionOf,
  feedForwardOf,
  normOf,
  transformerConfig,
  transformerKinds,
  type TransformerArguments,
} from "./transformer-arguments.ts";
import { WeightRules } from "./weight-rules.ts";

export type TransformerEncoderLayerArguments = TransformerArguments;

/** Self-attention and a feed-forward network, each with a way around it and a normalization.
 *  Input and output `[batch, tokens, dim]`; dim is a multiple of numHeads. Padding masks are honoured and carried on.
 *  @see Vaswani et al. 2017, section 3.1; KerasHub TransformerEncoder */
export class TransformerEncoderLayer extends MaskCarryingLayer {
  static className = "TransformerEncoderLayer";
  readonly #given: TransformerEncoderLayerArguments;
  readonly #look: Look;
  readonly #rules: WeightRules;
  readonly #feedForward: FeedForward;
  readonly #norms: readonly [NormBlock, NormBlock];
  #attention: AttentionBlock | null = null;

  constructor(given: TransformerEncoderLayerArguments) {
    const args = readArguments("TransformerEncoderLayer", given, transformerKinds);
    super(args, ["attentionMask", "useCausalMask"], { useCausalMask: args.useCausalMask ?? false });
    this.#given = args;
    this.#look = readLook(this.name, args);
    this.#rules = new WeightRules(this.name, args);
    this.#feedForward = feedForwardOf(this.name, args);
    this.#norms = [normOf(this.name, args), normOf(this.name, args)];
    attentionOf(this.name, args, this.#look, args.numHeads, 0);
  }

  override build(inputShape: (number | null)[]): void {
    const dim = lastOf(vectorShapes(this.name, inputShape, ["x"])[0]);
    const add = this.#rules.applyTo((name, shape, initializer, regularizer) =>
      this.addWeight(name, shape, "float32", initializer, regularizer),
    );
    this.#attention = attentionOf(this.name, this.#given, this.#look, dim, 0);
    const sizes = { query: dim, key: dim, value: dim };
    this.#attention.build((name, shape, initializer) => add(`self_attention/${name}`, shape, initializer), sizes);
    this.#norms[0].build(add, dim, "self_attention_norm/");
    this.#feedForward.build(add, dim);
    this.#norms[1].build(add, dim, "feedforward_norm/");
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: CallArguments = {}): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const [x] = vectorInputs(this.name, inputs, ["x"]);
    const [mask] = this.findMasks([x], kwargs.mask);
    const { normalizeFirst = false, dropout = 0 } = this.#given;
    const training = this.isTraining(kwargs);
    const settings = { normalizeFirst, dropout, training };
    const pairs = { pairMask: kwargs.attentionMask ?? null, causal: this.setting("useCausalMask", kwargs) };
    const attention = this.#attention as AttentionBlock;
    return tidy(() => {
      const attended = branch(
        x,
        this.#norms[0],
        settings,
        (y) =>
          attention.call({ query: y, key: y, value: y, queryMask: mask, keyMask: mask, training, ...pairs }).output,
      );
      return branch(attended, this.#norms[1], settings, (y) => this.#feedForward.call(y));
    });
  }

  override getConfig(): serialization.ConfigDict {
    return {
      ...super.getConfig(),
      ...lookConfig(this.#look),
      ...transformerConfig(this.#given),
      ...this.#rules.config(),
      useCausalMask: this.setting("useCausalMask"),
    };
  }
}
