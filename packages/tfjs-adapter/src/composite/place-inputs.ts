import type { Call } from "@fovea/dot-product-attention";
import type { Input } from "@fovea/program";
import { add, range, reshape, scalar, tensor } from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** Everything a program reads but the score, in shapes that broadcast to `[batch, heads, queries, keys]`. */
export function placeInputs({ query, key, queryOffsets }: Call): Readonly<Record<Input, Tensor>> {
  const [batch, heads, queries] = query.shape;
  const keys = key.shape[2];
  return {
    score: scalar(0),
    batch: count(batch, [batch, 1, 1, 1]),
    head: count(heads, [1, heads, 1, 1]),
    query: add(count(queries, [1, 1, queries, 1]), tensor(queryOffsets, [batch, 1, 1, 1], "int32")),
    key: count(keys, [1, 1, 1, keys]),
    queries: scalar(queries, "int32"),
    keys: scalar(keys, "int32"),
  };
}

const count = (length: number, shape: number[]): Tensor => reshape(range(0, length, 1, "int32"), shape);
