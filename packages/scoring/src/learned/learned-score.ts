import type { Program } from "@fovea/program";

/** A score whose tables are to be trained. With `@fovea/tfjs-adapter`, spread it into the arguments of an attention layer,
 *  `new MultiHeadAttention({ numHeads, keyDim, ...learned })`, or pass `score` to `attention` with `tables: { score: { [name]: variable } }`. */
export interface LearnedScore {
  /** Holds the tables' initial values. */
  readonly score: Program;
  /** Tables of the score program that are trained. */
  readonly learnedTables: readonly string[];
}
