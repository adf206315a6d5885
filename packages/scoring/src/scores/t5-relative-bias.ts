import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { TensorLike } from "@fovea/tensor";
import { bucketLayout, distanceBuckets } from "./relative-bucket.ts";
import type { RelativeBucketOptions } from "./relative-bucket.ts";
import { ScoreError } from "../score-error.ts";
import { scoreTable } from "./score-table.ts";

export interface T5RelativeBiasOptions extends Omit<RelativeBucketOptions, "buckets"> {
  /** Bias `[buckets, heads]`, usually learned: the weight of T5's `relative_attention_bias`. */
  readonly table: TensorLike;
}

/** T5's relative position bias: `score + table[bucket(key - query), head]`, see {@link relativeBucket}. T5 adds it
 *  to unscaled scores: pass `scale: 1` to the attention when its weights are T5's.
 *  @see Raffel et al. 2020, section 2.1 */
export function t5RelativeBias(options: T5RelativeBiasOptions): Program {
  checkOptions(
    "t5RelativeBias",
    options,
    { table: true, bidirectional: true, maximumDistance: true },
    { required: true, Refuse: ScoreError },
  );
  const bias = scoreTable("t5RelativeBias", "table", options.table, ["buckets", "heads"]);
  const layout = bucketLayout("t5RelativeBias", { ...options, buckets: bias.shape[0] });
  const buckets = distanceBuckets(layout);
  return trace(({ score, head, query, key, table, constant }) => {
    const relative = key.subtract(query);
    const distance = layout.bidirectional ? relative.absolute() : relative.negate().maximum(0);
    const side = table("buckets", buckets).at(distance.minimum(layout.maximumDistance));
    const bucket = layout.bidirectional
      ? side.add(relative.greater(0).select(constant(layout.sideBuckets, "int"), constant(0, "int")))
      : side;
    return score.add(table("bias", bias).at(bucket, head));
  });
}
