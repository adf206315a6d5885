import type { Program } from "@fovea/program";

/** A learned way of looking: spread it into the arguments of an attention layer, `new MultiHeadAttention({ numHeads, keyDim, ...look })`, or pass
 *  `score` to `attention` with `tables: { score: { [name]: variable } }`. */
export interface LearnedLook {
  /** Holds the tables' initial values. */
  readonly score: Program;
  /** Tables of the score program that are trained. */
  readonly learnedTables: readonly string[];
}
