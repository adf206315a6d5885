import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import type { TensorLike } from "@fovea/tensor";
import { scoreAmount } from "./score-table.ts";

/** Divides every score: `score / temperature`. Below 1 the weights sharpen: each weight becomes its power
 *  `1 / temperature`, then the row is normalized again. Above 1 they flatten.
 *  @param degree a number above 0; or `[heads]`, one per head; or `[1]`, one for all heads. A tensor is read in
 *  place, so it can be learned
 *  @see Hinton, Vinyals, Dean 2015, eq. 1 */
export function temperature(degree: number | TensorLike): Program {
  const amount = scoreAmount("temperature", "temperature", degree, "Near 0 is sharpest, 1 changes nothing.");
  return trace((scope) => scope.score.divide(amount(scope)));
}
