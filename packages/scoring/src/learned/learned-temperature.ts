import { trace } from "@fovea/program";
import { full } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import type { LearnedScore } from "./learned-score.ts";

export interface LearnedTemperatureOptions {
  readonly heads: number;
}

/** A temperature per head, learned: `score * exp(sharpness[head])`. Table `sharpness` `[heads]` starts at 0, where nothing changes; above 0 a head
 *  settles on fewer keys. The exponential keeps the factor positive.
 *  @see Liu et al. 2021, "Swin Transformer V2", section 3.3 (learned scale per head, as a logarithm) */
export function learnedTemperature({ heads }: LearnedTemperatureOptions): LearnedScore {
  checkCount("learnedTemperature", "heads", heads, 1, "Pass the attention's number of heads.");
  const score = trace(({ score: s, head, table }) =>
    s.multiply(
      table("sharpness", full([heads], 0))
        .at(head)
        .exp(),
    ),
  );
  return { score, learnedTables: ["sharpness"] };
}
