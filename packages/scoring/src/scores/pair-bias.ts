import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { Tensor, TensorLike } from "@fovea/tensor";
import { ScoreError } from "../score-error.ts";
import { scoreTable, tableTensor } from "./score-table.ts";

export interface PairBiasOptions {
  /** One number per query: `[heads, queries]` or `[batch, heads, queries]`, usually computed by a layer. */
  readonly query: TensorLike;
  /** One number per key: `[heads, keys]` or `[batch, heads, keys]`. */
  readonly key: TensorLike;
  /** LeakyReLU's slope below 0; default 1, which leaves the sum as it is. Graph attention uses 0.2. */
  readonly negativeSlope?: number;
  /** Forget the dot product: the sum is the score; default false. Graph attention does. */
  readonly replace?: boolean;
}

/** A number of the query plus a number of the key, `score + leakyReLU(query[i] + key[j])`: without ever making the
 *  queries × keys table. With `{ replace: true, negativeSlope: 0.2 }` and a mask of the graph's edges this is a
 *  graph attention layer. Query rows are absolute: with a cache of c keys, the first new query reads row c.
 *  @see Veličković et al. 2018, "Graph Attention Networks", eq. 3 */
export function pairBias(options: PairBiasOptions): Program {
  checkOptions(
    "pairBias",
    options,
    { query: true, key: true, negativeSlope: true, replace: true },
    { required: true, Refuse: ScoreError },
  );
  const { negativeSlope = 1, replace = false } = options;
  const queryBias = sideTable("query", options.query, "queries");
  const keyBias = sideTable("key", options.key, "keys");
  if (!Number.isFinite(negativeSlope)) {
    throw new ScoreError(
      `pairBias: negativeSlope must be a finite number, got ${String(negativeSlope)}. Leave it out for a plain sum.`,
    );
  }
  return trace((scope) => {
    const sum = read(scope, "queryBias", queryBias, scope.query).add(read(scope, "keyBias", keyBias, scope.key));
    const leaky = negativeSlope === 1 ? sum : sum.greater(0).select(sum, sum.multiply(negativeSlope));
    return replace ? leaky : scope.score.add(leaky);
  });
}

function sideTable(name: string, values: TensorLike, positions: string): Tensor {
  const given = tableTensor("pairBias", name, values);
  return scoreTable(
    "pairBias",
    name,
    given,
    given.shape.length === 3 ? ["batch", "heads", positions] : ["heads", positions],
  );
}

function read(scope: Scope, name: string, values: Tensor, position: Value): Value {
  const place = [scope.head, position];
  return scope.table(name, values).at(...(values.shape.length === 3 ? [scope.batch, ...place] : place));
}
