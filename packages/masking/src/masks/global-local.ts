import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions, tensor } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import type { WindowOptions } from "./sliding-window.ts";
import { wholeNumber, wholeNumbers } from "../whole-number.ts";

/** A window around each query, and a few global positions that see everything and are seen by everyone.
 *
 *  ```
 *  ██████   lookback 1, global 1
 *  ███···
 *  ████··
 *  █·███·
 *  █··███
 *  █···██
 *  ```
 *
 *  Joined with `causal()` and a lookahead of 0 it is the attention sink of StreamingLLM (Xiao et al. 2023).
 *  @param options `lookahead` is by default the same as `lookback` (the paper's window is centered);
 *    `global` is a number (the first so many positions) or the list of global positions, kept in table `global` (bool, `[positions]`)
 *  @throws {MaskError} when a distance or a position is not a whole number of at least 0
 *  @see Beltagy et al. 2020, "Longformer", section 3.1 */
export function globalLocal(options: WindowOptions & { readonly global: number | readonly number[] }): Program {
  checkOptions(
    "globalLocal",
    options,
    { lookback: true, lookahead: true, global: true },
    { required: true, example: "globalLocal({ lookback: 4, global: 1 })", Refuse: MaskError },
  );
  const { lookback, lookahead = lookback, global } = options;
  wholeNumber("globalLocal", "lookback", lookback);
  wholeNumber("globalLocal", "lookahead", lookahead);
  if (typeof global === "number") wholeNumber("globalLocal", "global", global);
  else wholeNumbers("globalLocal", "global", global);

  return trace(({ query, key, table }) => {
    const near = query.subtract(key).lessEqual(lookback).and(key.subtract(query).lessEqual(lookahead));
    if (typeof global === "number") return near.or(query.less(global)).or(key.less(global));
    const marks = table("global", positionMarks(global));
    // A computed index may lie outside the table and reads false there; a plain `key` would have to be covered by it.
    return near.or(marks.at(query.maximum(0))).or(marks.at(key.maximum(0)));
  });
}

/** A bool per position up to the last of `positions`, true at each of them; positions beyond the table read false. */
function positionMarks(positions: readonly number[]): ReturnType<typeof tensor> {
  const marks = new Uint8Array(positions.reduce((most, position) => Math.max(most, position + 1), 0));
  for (const position of positions) marks[position] = 1;
  return tensor(marks, { dtype: "bool" });
}
