import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { checkKind } from "../check-program.ts";
import { ScoreError } from "../score-error.ts";
import { scoreTable } from "./score-table.ts";

export interface SinkKeysOptions {
  /** How many keys from the start stay visible; default 4, as StreamingLLM. */
  readonly count?: number;
  /** A query still sees only itself and what lies before it; default true. */
  readonly causal?: boolean;
}

/** A mask that also lets the first keys be seen, whatever `mask` says: real tokens as attention sinks, which keep a
 *  sliding window stable over endless text. (A sink without a token, a learned number per head that takes weight and
 *  gives nothing, is the attention's `sinks` option.)
 *
 *      withSinkKeys(window of 1 back, { count: 1 })   █···
 *                                                     ██··
 *                                                     ███·
 *                                                     █·██
 *
 *  @see Xiao et al. 2024, "Efficient Streaming Language Models with Attention Sinks", section 3.2 */
export function withSinkKeys(mask: Program, options: SinkKeysOptions = {}): Program {
  checkOptions("withSinkKeys", options, { count: true, causal: true }, { Refuse: ScoreError });
  const { count = 4, causal = true } = options;
  checkKind("withSinkKeys", "mask", mask, "mask");
  checkCount("withSinkKeys", "count", count, 1, "StreamingLLM keeps 4.");
  return trace(({ query, key, call }) => {
    const first = key.less(count);
    return call(mask).or(causal ? first.and(key.lessEqual(query)) : first);
  });
}

/** A bias on the first keys alone, `score + bias[head, key]`: learned, it sets how strongly each head leans on its
 *  sink tokens.
 *  @param bias `[heads, count]`; keys from `count` on are left as they are */
export function sinkKeyBias(bias: TensorLike): Program {
  const sinks = scoreTable("sinkKeyBias", "bias", bias, ["heads", "count"]);
  // A computed index may lie outside the table and reads 0 there; a plain `key` would have to be covered by it.
  return trace(({ score, head, key, table }) => score.add(table("sinks", sinks).at(head, key.maximum(0))));
}
