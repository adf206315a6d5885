import { rotaryTables } from "@fovea/embedding";
import { add, concat, mul, reshape, slice, stack, sub, tensor, unstack } from "@tensorflow/tfjs-core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import type { RotaryArguments } from "./look.ts";

/** Turns each vector by its position, so that the product of a query and a key depends on how far apart they are.
 *  @param vectors `[batch, heads, tokens, headDim]`, positions from 0
 *  @see Su et al. 2021, "RoFormer", eq. 34 */
export function rotate(
  vectors: Tensor4D,
  { rotaryDim = vectors.shape[3], base, layout = "interleaved" }: RotaryArguments,
): Tensor4D {
  const [batch, heads, tokens, headDim] = vectors.shape;
  if (vectors.size === 0) return vectors;
  const half = rotaryDim / 2;
  const tables = rotaryTables({ positions: tokens, rotaryDim, ...(base !== undefined && { base }) });
  const [cos, sin] = [tables.cos, tables.sin].map(({ data }) => tensor(data as Float32Array, [tokens, half]));
  const turned = slice(vectors, [0, 0, 0, 0], [batch, heads, tokens, rotaryDim]);
  const pairs = layout === "interleaved" ? [batch, heads, tokens, half, 2] : [batch, heads, tokens, 2, half];
  const axis = layout === "interleaved" ? 4 : 3;
  const [first, second] = unstack(reshape(turned, pairs), axis) as [Tensor, Tensor];
  const result = stack([sub(mul(first, cos), mul(second, sin)), add(mul(first, sin), mul(second, cos))], axis);
  const rotated = reshape(result, [batch, heads, tokens, rotaryDim]) as Tensor4D;
  if (rotaryDim === headDim) return rotated;
  return concat([rotated, slice(vectors, [0, 0, 0, rotaryDim], [batch, heads, tokens, headDim - rotaryDim])], 3);
}
