import { add, concat, ones, reshape, tidy } from "@tensorflow/tfjs-core";
import type { serialization, Tensor } from "@tensorflow/tfjs-core";
import { initializers, layers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { AdapterError } from "../adapter-error.ts";
import { glorot } from "./add-weight.ts";
import { dense } from "./dense.ts";
import { oneShape, shapesOf, type LayerArguments } from "./layer-arguments.ts";
import { permute } from "./permute.ts";
import { count, flag, oneOf, readArguments, required, wholeNumber, type ArgumentKinds } from "./read-arguments.ts";
import { WeightRules, weightRuleKinds, type WeightRuleArguments } from "./weight-rules.ts";

type Shape = (number | null)[];

export interface PatchEmbeddingArguments extends LayerArguments, WeightRuleArguments {
  /** Side of a patch, or `[height, width]`. */
  readonly patchSize: number | readonly [number, number];
  readonly embeddingDim: number;
  /** Puts a learned vector before the patches, for a classifier to read; default false. */
  readonly classToken?: boolean;
  /** Default "learned". */
  readonly positions?: "learned" | "none";
  readonly seed?: number | null;
}

const kinds: ArgumentKinds<PatchEmbeddingArguments> = {
  ...weightRuleKinds,
  patchSize: required({
    expected: "a whole number of at least 1, or two of them, [height, width]",
    accepts: (value) =>
      Array.isArray(value) ? value.length === 2 && value.every(count.accepts) : count.accepts(value),
  }),
  embeddingDim: required(count),
  classToken: flag,
  positions: oneOf("learned", "none"),
  seed: wholeNumber,
};

/** Cuts pictures into patches, from the top left row by row, and projects each: a vision transformer's tokens.
 *  Input `[batch, height, width, channels]`, output `[batch, patches (+ 1), embeddingDim]`. The kernel `[height, width, channels, embeddingDim]` is that
 *  of a convolution with strides of a patch.
 *  @see Dosovitskiy et al. 2020, eq. 1 */
export class PatchEmbedding extends layers.Layer {
  static className = "PatchEmbedding";
  readonly #given: PatchEmbeddingArguments;
  readonly #rules: WeightRules;
  readonly #patch: readonly [number, number];
  #kernel: LayerVariable | null = null;
  #bias: LayerVariable | null = null;
  #class: LayerVariable | null = null;
  #places: LayerVariable | null = null;

  constructor(given: PatchEmbeddingArguments) {
    const args = readArguments("PatchEmbedding", given, kinds);
    super(args);
    const { patchSize } = args;
    const [height, width] = Array.isArray(patchSize) ? patchSize : [patchSize, patchSize];
    this.#given = args;
    this.#rules = new WeightRules(this.name, args);
    this.#patch = [height, width];
  }

  override build(inputShape: Shape): void {
    const { embeddingDim, classToken = false, positions = "learned", seed = null } = this.#given;
    const [, , , channels] = shapesOf(inputShape)[0] as number[];
    const [rows, columns] = this.#grid(shapesOf(inputShape)[0]);
    const [height, width] = this.#patch;
    const from = height * width * channels;
    const kernel = [height, width, channels, embeddingDim];
    const add = this.#rules.applyTo((name, shape, initializer, regularizer) =>
      this.addWeight(name, shape, "float32", initializer, regularizer),
    );
    this.#kernel = add("kernel", kernel, glorot(from, embeddingDim, seed));
    this.#bias = add("bias", [embeddingDim], initializers.zeros());
    if (classToken) this.#class = this.addWeight("class_token", [1, 1, embeddingDim], "float32", initializers.zeros());
    if (positions === "learned") {
      const small = initializers.randomUniform({
        minval: -0.05,
        maxval: 0.05,
        ...(seed !== null && { seed: seed + 1 }),
      });
      const places = [rows * columns + (classToken ? 1 : 0), embeddingDim];
      this.#places = this.addWeight("position_embeddings", places, "float32", small);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [shape] = shapesOf(inputShape);
    const [rows, columns] = this.#grid(shape);
    return [shape[0], rows * columns + (this.#given.classToken ? 1 : 0), this.#given.embeddingDim];
  }

  override call(inputs: Tensor | Tensor[], kwargs: object): Tensor {
    this.invokeCallHook(inputs, kwargs);
    const given = [inputs].flat();
    oneShape(
      this.name,
      given.map(({ shape }) => shape),
      "pictures [batch, height, width, channels]",
      0,
    );
    const [pictures] = given;
    const [batch, , , channels] = pictures.shape;
    const [rows, columns] = this.#grid(pictures.shape);
    const [height, width] = this.#patch;
    return tidy(() => {
      const cut = reshape(pictures, [batch, rows, height, columns, width, channels]);
      const patches = reshape(permute(cut, [0, 1, 3, 2, 4, 5]), [batch, rows * columns, height * width * channels]);
      const projected = dense(patches, (this.#kernel as LayerVariable).read(), (this.#bias as LayerVariable).read());
      // a product with ones, because TensorFlow.js does not broadcast to a batch of none
      const first = this.#class && dense(ones([batch, 1, 1]), this.#class.read(), null);
      const tokens = first ? concat([first, projected], 1) : projected;
      return this.#places ? add(tokens, this.#places.read()) : tokens;
    });
  }

  override getConfig(): serialization.ConfigDict {
    const { embeddingDim, classToken = false, positions = "learned", seed = null } = this.#given;
    const rules = this.#rules.config();
    return { ...super.getConfig(), ...rules, patchSize: [...this.#patch], embeddingDim, classToken, positions, seed };
  }

  #grid(shape: readonly (number | null)[]): [rows: number, columns: number] {
    const [, height, width, channels] = shape as number[];
    const [rows, columns] = [height / this.#patch[0], width / this.#patch[1]];
    const isGrid = [rows, columns, channels].every((count) => Number.isInteger(count) && count > 0);
    if (shape.length === 4 && isGrid) return [rows, columns];
    throw new AdapterError(
      `${this.name}: expected pictures [batch, height, width, channels] of known sizes that patches of ${this.#patch.join(" × ")} fill, got [${shape.map(String).join(", ")}]. Resize or pad them.`,
    );
  }
}
