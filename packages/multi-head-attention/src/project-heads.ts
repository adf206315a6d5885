import type { BlockOperations, Operand } from "@fovea/block-operations";
import type { Tensor } from "@fovea/tensor";
import { normalizeHeads, normalizeHeadsGradients } from "./normalize-heads.ts";
import type { PositionTransform } from "./options.ts";
import { project, projectGradient, projectionGradients } from "./project.ts";
import { mergeHeads, splitHeads } from "./split-heads.ts";
import { transformPositions, transformPositionsGradient } from "./transform-positions.ts";
import type { HeadNormalization, NormalizationGradients, Projection } from "./weights/weights.ts";

/** How the vectors of tokens become the vectors of heads. */
export interface HeadRecipe<T extends Operand = Tensor> {
  readonly projection: Projection<T>;
  readonly heads: number;
  readonly normalization?: HeadNormalization<T> | undefined;
  readonly transform?: PositionTransform<T> | undefined;
  /** plain int32 `[batch, tokens]`, there when the transform is */
  readonly positions?: Tensor | undefined;
  readonly operations: BlockOperations<T>;
}

export interface ProjectedHeads<T extends Operand = Tensor> {
  /** Projected and split, not yet normalized, `[batch, heads, tokens, dim]`: what the gradient needs. */
  readonly split: T;
  /** What attention reads, same shape. */
  readonly ready: T;
}

/** Project, split, normalize, turn by position.
 *  @param vectors `[batch, tokens, in]` */
export function projectHeads<T extends Operand>(vectors: T, recipe: HeadRecipe<T>): ProjectedHeads<T> {
  const { projection, heads, normalization, transform, positions, operations } = recipe;
  const split = splitHeads(project(vectors, projection, operations), heads, operations);
  const normalized = normalization ? normalizeHeads(split, normalization, operations) : split;
  if (!transform || !positions) return { split, ready: normalized };
  return { split, ready: transformPositions(normalized, transform, positions, operations) };
}

export interface ProjectHeadsGradients {
  /** `[batch, tokens, in]` */
  readonly vectors: Tensor;
  readonly projection: Projection;
  readonly normalization: NormalizationGradients | null;
}

/** Gradients of `projectHeads`: its steps backwards.
 *  @param readyGradient `[batch, heads, tokens, dim]` */
export function projectHeadsGradients(
  vectors: Tensor,
  split: Tensor,
  readyGradient: Tensor,
  recipe: HeadRecipe,
): ProjectHeadsGradients {
  const { projection, normalization, transform, positions, operations } = recipe;
  const turned =
    transform && positions
      ? transformPositionsGradient(readyGradient, transform, positions, operations)
      : readyGradient;
  const normalized = normalization ? normalizeHeadsGradients(split, turned, normalization) : null;
  const merged = mergeHeads(normalized?.split ?? turned, operations);
  return {
    vectors: projectGradient(merged, projection, operations),
    projection: projectionGradients(vectors, projection, merged, operations),
    normalization: normalized?.parameters ?? null,
  };
}
