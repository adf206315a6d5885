import { trace } from "@fovea/program";
import type { Program, Value } from "@fovea/program";
import { requireMasks } from "./require-masks.ts";

/** A pair is visible when every one of the masks says so.
 *  @param masks at least one
 *  @returns one program; tables of the same name that hold different things are renamed, tables that hold the same are shared
 *  @throws {MaskError} when there is no mask, or a program gives no bool */
export function both(...masks: readonly Program[]): Program {
  requireMasks("both", masks);
  return trace(({ call }) => masks.map((mask): Value => call(mask)).reduce((all, mask) => all.and(mask)));
}
