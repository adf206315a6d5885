import { sinusoidalPositions } from "@fovea/embedding";
import { add, cast, notEqual, reshape, slice, tensor, tidy, zeros, zerosLike } from "@tensorflow/tfjs-core";
import type { serialization, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { initializers, layers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import { gatherRows } from "../composite/gather-rows.ts";
import { oneShape, type LayerArguments } from "./layer-arguments.ts";
import { count, flag, oneOf, readArguments, required, wholeNumber, type ArgumentKinds } from "./read-arguments.ts";

type Shape = (number | null)[];

export interface TokenAndPositionEmbeddingArguments extends LayerArguments {
  /** Tokens are whole numbers from 0 to below this. */
  readonly vocabularySize: number;
  /** The most tokens a sequence may have. */
  readonly sequenceLength: number;
  readonly embeddingDim: number;
  /** Token 0 is padding: layers that follow do not see it; default false. */
  readonly maskZero?: boolean;
  /** Default "learned". */
  readonly positions?: "learned" | "sinusoidal" | "none";
  readonly seed?: number | null;
}

const kinds: ArgumentKinds<TokenAndPositionEmbeddingArguments> = {
  vocabularySize: required(count),
  sequenceLength: required(count),
  embeddingDim: required(count),
  maskZero: flag,
  positions: oneOf("learned", "sinusoidal", "none"),
  seed: wholeNumber,
};

/** A learned vector for each token, and one for each place, added. Input `[batch, tokens]`, output `[batch, tokens, embeddingDim]`.
 *  @see KerasHub TokenAndPositionEmbedding */
export class TokenAndPositionEmbedding extends layers.Layer {
  static className = "TokenAndPositionEmbedding";
  readonly maskZero: boolean;
  readonly #given: TokenAndPositionEmbeddingArguments;
  #tokens: LayerVariable | null = null;
  #places: LayerVariable | null = null;

  constructor(given: TokenAndPositionEmbeddingArguments) {
    const args = readArguments("TokenAndPositionEmbedding", given, kinds);
    const isPlaced = args.inputShape !== undefined || args.batchInputShape !== undefined;
    super(isPlaced ? args : { ...args, inputShape: [null] });
    this.#given = args;
    this.maskZero = args.maskZero ?? false;
    this.supportsMasking = this.maskZero;
  }

  override build(inputShape: Shape): void {
    oneShape(this.name, inputShape, "tokens [batch, tokens]", 2, 2);
    const { vocabularySize, sequenceLength, embeddingDim, positions = "learned", seed } = this.#given;
    const uniform = (step: number): ReturnType<typeof initializers.randomUniform> =>
      initializers.randomUniform({ minval: -0.05, maxval: 0.05, ...(seed != null && { seed: seed + step }) });
    const tokens = [vocabularySize, embeddingDim];
    this.#tokens = this.addWeight("token_embedding/embeddings", tokens, "float32", uniform(1));
    if (positions === "learned") {
      const places = [sequenceLength, embeddingDim];
      this.#places = this.addWeight("position_embedding/position_embeddings", places, "float32", uniform(2));
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...oneShape(this.name, inputShape, "tokens [batch, tokens]", 2, 2), this.#given.embeddingDim];
  }

  override call(inputs: Tensor | Tensor[], kwargs: object): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const given = [inputs].flat();
    const [batch, tokens] = oneShape(
      this.name,
      given.map(({ shape }) => shape),
      "tokens [batch, tokens]",
      2,
      2,
    ) as number[];
    const [ids] = given;
    const { sequenceLength, embeddingDim, positions = "learned" } = this.#given;
    if (tokens > sequenceLength) {
      throw new AdapterError(
        `${this.name}: expected at most ${sequenceLength} tokens (sequenceLength), got ${tokens}.`,
      );
    }
    return tidy(() => {
      const flat = cast(reshape(ids, [batch * tokens]), "int32") as Tensor1D;
      const vectors = reshape(gatherRows((this.#tokens as LayerVariable).read(), flat), [batch, tokens, embeddingDim]);
      if (positions === "none") return vectors;
      return add(vectors, this.#places ? rows(this.#places, tokens) : waves(tokens, embeddingDim));
    });
  }

  override computeMask(inputs: Tensor | Tensor[]): Tensor {
    if (!this.maskZero) return null as unknown as Tensor;
    const ids = Array.isArray(inputs) ? inputs[0] : inputs;
    return tidy(() => notEqual(ids, zerosLike(ids)));
  }

  override getConfig(): serialization.ConfigDict {
    const { vocabularySize, sequenceLength, embeddingDim, positions = "learned", seed = null } = this.#given;
    const sizes = { vocabularySize, sequenceLength, embeddingDim };
    return { ...super.getConfig(), ...sizes, maskZero: this.maskZero, positions, seed };
  }
}

const rows = (variable: LayerVariable, count: number): Tensor =>
  slice(variable.read() as Tensor2D, [0, 0], [count, -1]);

const waves = (positions: number, dim: number): Tensor =>
  positions === 0
    ? zeros([0, dim])
    : tensor(sinusoidalPositions({ positions, dim }).data as Float32Array, [positions, dim]);
