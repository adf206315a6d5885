import { resultType } from "@fovea/program";
import type { Program } from "@fovea/program";
import { MaskError } from "../mask-error.ts";

/** Refuses anything but programs that give a bool, and an empty list of them. */
export function requireMasks(who: string, masks: readonly Program[]): void {
  if (masks.length === 0) throw new MaskError(`${who}: expected at least one mask, got none.`);
  masks.forEach((mask, i) => {
    const place = masks.length > 1 ? `mask ${i + 1}` : "the mask";
    if (mask === null || typeof mask !== "object" || !Array.isArray(mask.instructions))
      throw new MaskError(
        `${who}: ${place} must be a program, got ${mask === null ? "null" : typeof mask}. Leave it out where everything is visible.`,
      );
    const type = resultType(mask);
    if (type !== "bool")
      throw new MaskError(
        `${who}: ${place} must be a program that gives a bool, got one that gives ${type}. Compare its result with something.`,
      );
  });
}
