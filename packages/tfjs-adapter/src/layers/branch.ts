import { add, dropout, type Tensor } from "@tensorflow/tfjs-core";
import type { NormBlock } from "./norm-block.ts";

export interface BranchSettings {
  readonly normalizeFirst: boolean;
  readonly dropout: number;
  readonly training: boolean;
}

/** One branch of a transformer layer and the way around it: `x + f(norm(x))`, or `norm(x + f(x))`. */
export function branch(x: Tensor, norm: NormBlock, settings: BranchSettings, compute: (x: Tensor) => Tensor): Tensor {
  const { normalizeFirst, training } = settings;
  const computed = compute(normalizeFirst ? norm.call(x) : x);
  const kept = training && settings.dropout > 0 ? dropout(computed, settings.dropout) : computed;
  const sum = add(x, kept);
  return normalizeFirst ? sum : norm.call(sum);
}
