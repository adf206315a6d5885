/** Thrown when a score or a mode is asked for with arguments it cannot have. The message says who, what was
 *  expected, what came, and what to do. */
export class ScoreError extends Error {
  override name = "ScoreError";
}
