import { checkOptions } from "@fovea/tensor";
import { checkCount } from "../check-number.ts";
import { ScoreError } from "../score-error.ts";

export interface RelativeBucketOptions {
  /** Number of buckets, both sides together; default 32. Even when bidirectional. */
  readonly buckets?: number;
  /** Distance in keys from which on all share the last bucket; default 128. */
  readonly maximumDistance?: number;
  /** Keys ahead have buckets of their own (encoders); otherwise they share bucket 0 with the query itself
   *  (decoders). Default true. */
  readonly bidirectional?: boolean;
}

/** The checked form of the options: `sideBuckets` is how many buckets one side has. */
export interface BucketLayout {
  readonly sideBuckets: number;
  readonly maximumDistance: number;
  readonly bidirectional: boolean;
}

/** The bucket of `relative = key - query`, from 0 to `buckets - 1`: the row of T5's table that a pair reads.
 *  @see Raffel et al. 2020, section 2.1; `_relative_position_bucket` in mesh-tensorflow */
export function relativeBucket(relative: number, options: RelativeBucketOptions = {}): number {
  checkOptions(
    "relativeBucket",
    options,
    { buckets: true, maximumDistance: true, bidirectional: true },
    { Refuse: ScoreError },
  );
  const layout = bucketLayout("relativeBucket", options);
  const distance = layout.bidirectional ? Math.abs(relative) : Math.max(0, -relative);
  const ahead = layout.bidirectional && relative > 0 ? layout.sideBuckets : 0;
  return ahead + distanceBuckets(layout)[Math.min(distance, layout.maximumDistance)];
}

/** The bucket of each distance from 0 to `maximumDistance` within one side. With `n` buckets a side and
 *  `exact = floor(n / 2)`, distances below `exact` have a bucket each, the others share
 *  `min(n - 1, exact + floor(ln(distance / exact) / ln(maximumDistance / exact) × (n - exact)))`. */
export function distanceBuckets({ sideBuckets, maximumDistance }: BucketLayout): Int32Array {
  const exact = Math.floor(sideBuckets / 2);
  const shared = sideBuckets - exact;
  const buckets = Int32Array.from({ length: maximumDistance + 1 }, (_, distance) => Math.min(distance, exact));
  for (let step = 1; step < shared; step++) {
    buckets.fill(exact + step, firstDistance(step));
  }
  return buckets;

  /** The least distance of a shared bucket, by bisection. The logarithms are compared as whole powers, so that no
   *  rounding decides on which side of a border a distance falls: distance^shared × exact^step ≥
   *  maximumDistance^step × exact^shared. */
  function firstDistance(step: number): number {
    const border = power(maximumDistance, step) * power(exact, shared - step);
    let [low, high] = [exact, maximumDistance];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (power(middle, shared) >= border) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

export function bucketLayout(who: string, options: RelativeBucketOptions): BucketLayout {
  const { buckets = 32, maximumDistance = 128, bidirectional = true } = options;
  checkCount(who, "buckets", buckets, bidirectional ? 4 : 2, "T5 uses 32.", 4096);
  if (bidirectional && buckets % 2 !== 0) {
    throw new ScoreError(
      `${who}: buckets must be even when bidirectional, got ${buckets}. Half of them are for keys ahead.`,
    );
  }
  const sideBuckets = bidirectional ? buckets / 2 : buckets;
  const advice = "It must exceed the distances that have a bucket each; T5 uses 128.";
  checkCount(who, "maximumDistance", maximumDistance, Math.floor(sideBuckets / 2) + 1, advice, 2 ** 20);
  return { sideBuckets, maximumDistance, bidirectional };
}

function power(base: number, exponent: number): bigint {
  return BigInt(base) ** BigInt(exponent);
}
