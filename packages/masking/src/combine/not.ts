import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { requireMasks } from "./require-masks.ts";

/** A pair is visible exactly when `mask` hides it.
 *  @throws {MaskError} when `mask` is a program that gives no bool */
export function not(mask: Program): Program {
  requireMasks("not", [mask]);
  return trace(({ call }) => call(mask).not());
}
