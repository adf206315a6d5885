import { createEvaluator, type Program } from "@fovea/program";
import type { Settings } from "../settings/settings.ts";
import { headDim, type Operands } from "./operands.ts";

/** What is asked of single pairs of the head that is shown. */
export interface Pairs {
  /** The scaled dot product, before any program. */
  score(query: number, key: number): number;
  change(score: number, query: number, key: number): number;
  sees(query: number, key: number): boolean;
  /** The products that a score is the sum of, scaled, by dimension. */
  products(query: number, key: number): Float64Array;
}

export function createPairs(
  { query, key }: Operands,
  { head, tokens }: Pick<Settings, "head" | "tokens">,
  programs: { readonly score: Program | null; readonly mask: Program | null },
): Pairs {
  const scale = 1 / Math.sqrt(headDim);
  const change = programs.score && createEvaluator(programs.score);
  const isVisible = programs.mask && createEvaluator(programs.mask);
  return {
    score(q, k) {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += query[q * headDim + d] * key[k * headDim + d];
      return sum * scale;
    },
    change: (score, q, k) => (change ? change(score, 0, head, q, k, tokens, tokens) : score),
    sees: (q, k) => (isVisible ? isVisible(0, 0, head, q, k, tokens, tokens) !== 0 : true),
    products: (q, k) =>
      Float64Array.from({ length: headDim }, (_, d) => query[q * headDim + d] * key[k * headDim + d] * scale),
  };
}
