import { trace } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { alibi } from "../scores/alibi.ts";
import { checkCount } from "../check-number.ts";
import type { Mode } from "./mode.ts";
import { ScoreError } from "../score-error.ts";

export type ScanOptions = ({ readonly heads: number } | { readonly slopes: TensorLike }) & {
  /** Keys seen before the query; default 256. */
  readonly lookback?: number;
};

/** Scan: read from left to right, the last words freshest in mind.
 *
 *  mask `0 ≤ query - key ≤ lookback`, score `score - slope[head] × (query - key)` with ALiBi's slopes.
 *
 *      scan({ heads: 8, lookback: 2 })   █···
 *                                        ██··
 *                                        ███·
 *                                        ·███
 *
 *  Why: generating text one token at a time. The slopes give heads different memories, from a few tokens to the
 *  whole window, and the window bounds both the work per token and the keys that a cache has to keep. */
export function scan(options: ScanOptions): Mode {
  checkOptions("scan", options, { heads: true, slopes: true, lookback: true }, { required: true, Refuse: ScoreError });
  const { lookback = 256 } = options;
  checkCount("scan", "lookback", lookback, 0, "It is the number of keys seen before the query.");
  const score = alibi("slopes" in options ? { slopes: options.slopes } : { heads: options.heads });
  const mask = trace(({ query, key }) => {
    const back = query.subtract(key);
    return back.greaterEqual(0).and(back.lessEqual(lookback));
  });
  return Object.freeze({ score, mask });
}
