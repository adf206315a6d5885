import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import type { WindowOptions } from "./sliding-window.ts";
import { wholeNumber } from "../whole-number.ts";

/** A window with gaps: of the keys it reaches, each query sees those whose distance is a multiple of `dilation`, itself among them.
 *
 *  ```
 *  █·····   lookback 4, dilation 2
 *  ·█····
 *  █·█···
 *  ·█·█··
 *  █·█·█·
 *  ·█·█·█
 *  ```
 *
 *  @param options `lookback` and `lookahead` (default 0) are distances in keys, `dilation` the step between visible keys
 *  @throws {MaskError} when a distance is not a whole number of at least 0, or dilation of at least 1
 *  @see Beltagy et al. 2020, "Longformer", section 3.1 */
export function dilatedWindow(options: WindowOptions & { readonly dilation: number }): Program {
  checkOptions(
    "dilatedWindow",
    options,
    { lookback: true, lookahead: true, dilation: true },
    { required: true, example: "dilatedWindow({ lookback: 4, dilation: 2 })", Refuse: MaskError },
  );
  const { lookback, lookahead = 0, dilation } = options;
  wholeNumber("dilatedWindow", "lookback", lookback);
  wholeNumber("dilatedWindow", "lookahead", lookahead);
  wholeNumber("dilatedWindow", "dilation", dilation, 1);
  // the reach ends at the last visible key, so that whole blocks beyond it are known to be empty
  const back = lookback - (lookback % dilation);
  const ahead = lookahead - (lookahead % dilation);
  return trace(({ query, key }) => {
    const distance = query.subtract(key);
    return distance
      .lessEqual(back)
      .and(key.subtract(query).lessEqual(ahead))
      .and(distance.remainder(dilation).equal(0));
  });
}
