import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { wholeNumber } from "../whole-number.ts";

/** How far a window reaches from its query. */
export interface WindowOptions {
  /** Keys before the query that it sees, beside itself. */
  readonly lookback: number;
  /** Keys after the query that it sees; default 0, which makes the window causal. */
  readonly lookahead?: number;
}

/** Each query sees itself, `lookback` keys before it and `lookahead` keys after it.
 *
 *  ```
 *  █····   lookback 1
 *  ██···
 *  ·██··
 *  ··██·
 *  ···██
 *  ```
 *
 *  @throws {MaskError} when a distance is not a whole number of at least 0
 *  @see Child et al. 2019, "Generating long sequences with sparse transformers"; Jiang et al. 2023, "Mistral 7B", section 2 */
export function slidingWindow(options: WindowOptions): Program {
  checkOptions(
    "slidingWindow",
    options,
    { lookback: true, lookahead: true },
    { required: true, example: "slidingWindow({ lookback: 64 })", Refuse: MaskError },
  );
  const { lookback, lookahead = 0 } = options;
  wholeNumber("slidingWindow", "lookback", lookback);
  wholeNumber("slidingWindow", "lookahead", lookahead);
  return trace(({ query, key }) =>
    query.subtract(key).lessEqual(lookback).and(key.subtract(query).lessEqual(lookahead)),
  );
}
