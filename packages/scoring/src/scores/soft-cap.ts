import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkPositive } from "../check-number.ts";

/** Keeps every score within (-limit, limit), smoothly: `limit × tanh(score / limit)`; scores much smaller than the
 *  limit hardly change.
 *  @param limit above 0, in units of the scaled score; Gemma 2 uses 50, Grok-1 30
 *  @see Gemma Team 2024, "Gemma 2", section 2 */
export function softCap(limit: number): Program {
  checkPositive("softCap", "limit", limit, "To leave scores alone, leave the soft cap out.");
  return trace(({ score }) =>
    score
      .multiply(1 / limit)
      .tanh()
      .multiply(limit),
  );
}
