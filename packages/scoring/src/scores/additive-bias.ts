import { trace } from "@fovea/program";
import type { Program, Scope, Value } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { Tensor, TensorLike } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";
import { tableTensor } from "./score-table.ts";

export interface AdditiveBiasOptions {
  /** Absolute index of the query that row 0 belongs to; default 0. With a cache of c keys and rows for the new
   *  queries only: c. */
  readonly queryOffset?: number;
}

/** Adds a number per pair: `score + bias[batch, head, query, key]`. -Infinity hides a pair, though a mask program
 *  skips whole blocks and this does not.
 *  @param bias float, broadcast to `[batch, heads, queries, keys]`: missing axes in front and axes of size 1 are
 *  shared; outside it reads 0 */
export function additiveBias(bias: TensorLike, options: AdditiveBiasOptions = {}): Program {
  checkOptions("additiveBias", options, { queryOffset: true }, { Refuse: ScoreError });
  const table = broadcastTable("additiveBias", bias, "float", "A bool tensor is a mask: use tensorMask.");
  const place = placeOf("additiveBias", table, options);
  return trace((scope) => scope.score.add(scope.table("bias", table).at(...place(scope))));
}

/** A bool tensor as a mask: true may be seen.
 *  @param visible bool, broadcast to `[batch, heads, queries, keys]` as in {@link additiveBias}; outside it reads
 *  false */
export function tensorMask(visible: TensorLike, options: AdditiveBiasOptions = {}): Program {
  checkOptions("tensorMask", options, { queryOffset: true }, { Refuse: ScoreError });
  const table = broadcastTable("tensorMask", visible, "bool", "Numbers to add to the score: use additiveBias.");
  const place = placeOf("tensorMask", table, options);
  return trace((scope) => scope.table("visible", table).at(...place(scope)));
}

function broadcastTable(who: string, values: TensorLike, type: "float" | "bool", advice: string): Tensor {
  const table = tableTensor(who, type === "bool" ? "visible" : "bias", values, type, advice);
  const { shape } = table;
  if (shape.length < 1 || shape.length > 4 || shape.includes(0)) {
    throw new ScoreError(
      `${who}: expected a shape that broadcasts to [batch, heads, queries, keys], got [${shape.join(", ")}]. Use size 1 for a shared axis.`,
    );
  }
  return table;
}

function placeOf(
  who: string,
  table: Tensor,
  { queryOffset = 0 }: AdditiveBiasOptions,
): (scope: Scope) => (Value | number)[] {
  checkCount(who, "queryOffset", queryOffset, 0, "It is the number of cached keys.");
  // functions, so that a program reads only the inputs it needs: a mask that ignores heads has one block mask for all
  const axes: readonly ((scope: Scope) => Value)[] = [
    ({ batch }) => batch,
    ({ head }) => head,
    ({ query }) => (queryOffset === 0 ? query : query.subtract(queryOffset)),
    ({ key }) => key,
  ];
  const { shape } = table;
  const own = axes.slice(axes.length - shape.length);
  return (scope) => own.map((axis, i) => (shape[i] === 1 ? 0 : axis(scope)));
}
