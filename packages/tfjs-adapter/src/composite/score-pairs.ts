import type { Call, Plan } from "@fovea/dot-product-attention";
import type { Input } from "@fovea/program";
import {
  add,
  less,
  logicalAnd,
  matMul,
  mul,
  notEqual,
  range,
  reshape,
  scalar,
  tensor,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { placeInputs } from "./place-inputs.ts";
import { runProgram, type ProgramTables } from "./run-program.ts";
import { safeSelect } from "./safe-select.ts";

/** The tensors of one call. */
export interface CallTensors {
  readonly query: Tensor4D;
  readonly key: Tensor4D;
  readonly value: Tensor4D;
  readonly tables: Readonly<Record<"score" | "mask" | "probability", ProgramTables>>;
  readonly sinks: Tensor | null;
}

/** Every pair of one call, `[batch, heads, queries, keys]`. */
export interface ScoredPairs {
  /** Whether the pair is seen (see `Kernel` of `@fovea/dot-product-attention`), bool. */
  readonly seen: Tensor;
  /** `scale * query · key` where lengths and mask let a pair through, else 0. */
  readonly product: Tensor;
  /** After the score program; anything where a pair is not seen. */
  readonly score: Tensor;
  /** What programs read; with the product as score. */
  readonly inputs: Readonly<Record<Input, Tensor>>;
}

/** Scores every pair. */
export function scorePairs(plan: Plan, call: Call, { query, key, tables }: CallTensors): ScoredPairs {
  const inputs = placeInputs(call);
  const visible = visiblePairs(plan, call, inputs, tables.mask);
  const raw = mul(pairProducts(query, key), scalar(call.scale));
  const product = visible ? safeSelect(visible, raw, zerosLike(raw)) : raw;
  const read = { ...inputs, score: product };
  const score = plan.score ? add(runProgram(plan.score, read, tables.score), zerosLike(product)) : product;
  const finite = constant(() => notEqual(score, scalar(-Infinity)));
  return { seen: visible ? logicalAnd(visible, finite) : finite, product, score, inputs: read };
}

/** `query · key` of every pair. Query heads of one key head lie side by side, so they are rows of one matrix.
 *  @returns `[batch, heads, queries, keys]` */
function pairProducts(query: Tensor4D, key: Tensor4D): Tensor {
  const [batch, heads, queries] = query.shape;
  const products = matMul(groupRows(query, key.shape[1]), key, false, true);
  return reshape(products, [batch, heads, queries, key.shape[2]]);
}

/** `[batch, heads, queries, n]` → `[batch, keyHeads, heads / keyHeads * queries, n]`. */
export function groupRows(tensor: Tensor, keyHeads: number): Tensor4D {
  const [batch, heads, queries, length] = tensor.shape;
  return reshape(tensor, [batch, keyHeads, (heads / keyHeads) * queries, length]);
}

/** Pairs within the lengths that the mask lets through; null when that is every pair. */
function visiblePairs(
  plan: Plan,
  { query, key, queryLengths, keyLengths }: Call,
  inputs: Readonly<Record<Input, Tensor>>,
  tables: ProgramTables,
): Tensor | null {
  const [batch, , queries] = query.shape;
  const conditions: Tensor[] = [];
  const within = (lengths: Int32Array, most: number, shape: number[]): void => {
    if (lengths.every((length) => length === most)) return;
    conditions.push(less(reshape(range(0, most, 1, "int32"), shape), tensor(lengths, [batch, 1, 1, 1], "int32")));
  };
  within(keyLengths, key.shape[2], [1, 1, 1, key.shape[2]]);
  within(queryLengths, queries, [1, 1, queries, 1]);
  if (plan.mask) conditions.push(runProgram(plan.mask, inputs, tables));
  return conditions.length === 0 ? null : conditions.reduce((all, condition) => logicalAnd(all, condition));
}
