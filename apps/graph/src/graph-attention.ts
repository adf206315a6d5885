import { attention, attentionGradients, type AttentionOptions, type Backend } from "@fovea/dot-product-attention";
import { probability, score } from "@fovea/formula";
import type { Program } from "@fovea/program";
import { reshape, tensor, zeros, type Tensor } from "@fovea/tensor";
import { neighborMask, type Neighborhood } from "./neighbor-mask.ts";

const sum = score`source[head, query] + target[head, key]`;

/** The score of graph attention: no product of vectors, but one number of the node that looks and one of the node it looks at, through LeakyReLU.
 *  @see Veličković et al. 2018, eq. 3, where `aᵀ[Wh_i ‖ Wh_j]` is such a sum */
export const additiveScore: Program = score`max(${sum}, 0.2 * ${sum})`;

/** Share of weights that training leaves out. */
export const dropoutRate = 0.6;

/** Leaves weights out and makes up for them in the others; a new seed makes no new kernel. */
const dropout: Program = probability`random(seed[0]) < ${dropoutRate} ? 0 : probability / ${1 - dropoutRate}`;

/** What a head knows of every node. */
export interface Heads {
  /** `[heads, nodes]`: the scores' two halves, of a node that looks and of one that is looked at. */
  readonly source: Tensor;
  readonly target: Tensor;
  /** `[heads, nodes, features]` */
  readonly values: Tensor;
}

/** Each node gathers its neighbours' values.
 *  @param seed of dropout; null: none
 *  @returns `[heads, nodes, features]` */
export function attend(heads: Heads, neighborhood: Neighborhood, backend: Backend, seed: number | null): Tensor {
  const { query, key, value } = operands(heads);
  return unbatched(attention(query, key, value, { ...attentionOptions(heads, neighborhood, seed), backend }).output);
}

/** Gradients of a loss through `attend`.
 *  @param gradient of what it returned, `[heads, nodes, features]` */
export function attendGradients(
  heads: Heads,
  neighborhood: Neighborhood,
  backend: Backend,
  seed: number | null,
  gradient: Tensor,
): Heads {
  const { query, key, value } = operands(heads);
  const options = { ...attentionOptions(heads, neighborhood, seed), backend };
  const { value: values, tables } = attentionGradients(query, key, value, batched(gradient), options);
  return { source: tables.score["source"], target: tables.score["target"], values: unbatched(values) };
}

/** What weights are made of, for `attention` and for `weightRows` alike. */
export function attentionOptions(
  { source, target }: Pick<Heads, "source" | "target">,
  { bits, blockMask }: Neighborhood,
  seed: number | null,
): AttentionOptions {
  const tables = { score: { source, target }, mask: { neighbors: bits } };
  const options = { score: additiveScore, mask: neighborMask, blockMask };
  if (seed === null) return { ...options, tables };
  const probability = { seed: tensor([seed], { dtype: "int32" }) };
  return { ...options, probability: dropout, tables: { ...tables, probability } };
}

/** Attention wants vectors to multiply: these have one zero each, and a score that reads tables only never looks at the product. */
export function emptyVectors({ shape: [heads, nodes] }: Tensor): Tensor {
  return zeros([1, heads, nodes, 1]);
}

function operands({ source, values }: Heads): { readonly query: Tensor; readonly key: Tensor; readonly value: Tensor } {
  const empty = emptyVectors(source);
  return { query: empty, key: empty, value: batched(values) };
}

const batched = (values: Tensor): Tensor => reshape(values, [1, ...values.shape]);
const unbatched = (values: Tensor): Tensor => reshape(values, values.shape.slice(1));
