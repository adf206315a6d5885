import {
  checkOptions,
  add,
  broadcastTo,
  checkShape,
  concatenate,
  matmul,
  reshape,
  slice,
  sum,
  type Tensor,
} from "@fovea/tensor";
import { EmbeddingError } from "./embedding-error.ts";
import { patches, patchesGradient, type PatchOptions } from "./patches.ts";

/** What turns an image into vectors. */
export interface PatchWeights {
  /** `[patchDim, dim]` */
  readonly weight: Tensor;
  /** `[dim]` */
  readonly bias?: Tensor;
  /** A learned vector put before the patches, whose output stands for the whole image, `[dim]`. */
  readonly classToken?: Tensor;
  /** One vector per patch, and first one for the class token if there is one, `[tokens, dim]`. */
  readonly positions?: Tensor;
}

/** Images to vectors as in the vision transformer: patches × weight + bias, the class token before them, positions added.
 *  @param image `[batch, channels, height, width]` or `[batch, height, width, channels]`
 *  @returns `[batch, tokens, dim]`, tokens = patches, plus 1 with a class token
 *  @throws {ShapeError} when the image does not divide into patches or weights do not fit
 *  @see Dosovitskiy et al. 2020, eq. 1 */
export function embedPatches(weights: PatchWeights, image: Tensor, options: PatchOptions): Tensor {
  checkOptions(
    "embedPatches",
    options,
    { patchSize: true, layout: true },
    { required: true, example: "embedPatches(weights, image, { patchSize: 16 })", Refuse: EmbeddingError },
  );
  const cut = patches(image, options);
  checkWeights("embedPatches", weights, cut);
  const { weight, bias, classToken, positions } = weights;
  const [batch] = cut.shape;
  let vectors = matmul(cut, weight);
  if (bias) vectors = add(vectors, bias);
  if (classToken) {
    const first = broadcastTo(reshape(classToken, [1, 1, weight.shape[1]]), [batch, 1, weight.shape[1]]);
    vectors = concatenate([first, vectors], 1);
  }
  return positions ? add(vectors, positions) : vectors;
}

export interface PatchGradients {
  /** Shaped like the image. */
  readonly image: Tensor;
  /** One for each weight that was given. */
  readonly weights: PatchWeights;
}

/** Gradients of `embedPatches`.
 *  @param outputGradient `[batch, tokens, dim]` */
export function embedPatchesGradients(
  weights: PatchWeights,
  image: Tensor,
  outputGradient: Tensor,
  options: PatchOptions,
): PatchGradients {
  const cut = patches(image, options);
  checkWeights("embedPatchesGradients", weights, cut);
  const { weight, bias, classToken, positions } = weights;
  const [batch, count, patchDim] = cut.shape as [number, number, number];
  const dim = weight.shape[1];
  const before = classToken ? 1 : 0;
  checkShape("embedPatchesGradients", "outputGradient", outputGradient, [batch, count + before, dim]);
  const projected = slice(outputGradient, [null, [before, count + before], null]);
  const rows = reshape(projected, [batch * count, dim]);
  return {
    image: patchesGradient(image.shape, matmul(projected, weight, { transposeB: true }), options),
    weights: {
      weight: matmul(reshape(cut, [batch * count, patchDim]), rows, { transposeA: true }),
      ...(bias && { bias: sum(rows, 0) }),
      ...(classToken && { classToken: sum(slice(outputGradient, [null, 0, null]), 0) }),
      ...(positions && { positions: sum(outputGradient, 0) }),
    },
  };
}

function checkWeights(who: string, { weight, bias, classToken, positions }: PatchWeights, cut: Tensor): void {
  checkShape(who, "weight", weight, [cut.shape[2], "dim"]);
  const dim = weight.shape[1];
  if (bias) checkShape(who, "bias", bias, [dim]);
  if (classToken) checkShape(who, "classToken", classToken, [dim]);
  if (positions) checkShape(who, "positions", positions, [cut.shape[1] + (classToken ? 1 : 0), dim]);
}
