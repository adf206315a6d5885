import type { Normalizer } from "@fovea/dot-product-attention";
import {
  add,
  any,
  cast,
  div,
  equal,
  greater,
  max,
  maximum,
  mul,
  neg,
  notEqual,
  relu,
  scalar,
  sqrt,
  sub,
  sum,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { safeSelect } from "./safe-select.ts";
import { exp, sigmoid } from "./smooth.ts";
import { entmaxSupport, sparsemaxSupport } from "./support.ts";

/** Rows of changed scores, `[batch, heads, queries, keys]`. */
export interface ScoreRows {
  readonly score: Tensor;
  readonly seen: Tensor;
  /** `[1, heads, 1, 1]`, the score of each head's sink; null without. */
  readonly sinks: Tensor | null;
}

/** One normalizer as operations of TensorFlow.js, forward beside backward. Both are differentiable. */
interface CompositeNormalizer {
  /** Weights, 0 where a pair is not seen. */
  forward(rows: ScoreRows): { readonly weights: Tensor; readonly sinkWeights: Tensor | null };
  /** @param gradients of the weights, 0 where a pair is not seen
   *  @returns the gradients of the scores, and of the sinks row by row `[batch, heads, queries, 1]` */
  backward(
    rows: ScoreRows,
    weights: Tensor,
    sinkWeights: Tensor | null,
    gradients: Tensor,
  ): { readonly scores: Tensor; readonly sinks: Tensor | null };
}

const rowSum = (tensor: Tensor): Tensor => sum(tensor, -1, true);

/** Where a row sees something, `[batch, heads, queries, 1]`. */
const seesSome = (seen: Tensor): Tensor => any(seen, -1, true);

const softmax: CompositeNormalizer = {
  forward({ score, seen, sinks }) {
    const none = zerosLike(score);
    // the maximum is subtracted so that exp cannot overflow; it cancels, so no gradient passes through it
    const largest = constant(() => {
      const most = max(where(seen, score, scalar(-Infinity)), -1, true);
      const orSink = sinks ? maximum(most, sinks) : most;
      return where(equal(orSink, scalar(-Infinity)), zerosLike(orSink), orSink);
    });
    const shifted = safeSelect(seen, sub(score, largest), none);
    const powers = safeSelect(seen, exp(shifted), none);
    const sink = sinks ? exp(sub(sinks, largest)) : null;
    const total = sink ? add(rowSum(powers), sink) : rowSum(powers);
    const some = seesSome(seen);
    const safeTotal = safeSelect(some, total, scalar(1));
    return {
      weights: div(powers, safeTotal),
      sinkWeights: sink && safeSelect(some, div(sink, safeTotal), zerosLike(total)),
    };
  },
  // dS_j = w_j (dW_j - sum_i w_i dW_i); the sink is one more column whose weight gives nothing
  backward(_, weights, sinkWeights, gradients) {
    const mean = rowSum(mul(weights, gradients));
    return { scores: mul(weights, sub(gradients, mean)), sinks: sinkWeights && neg(mul(mean, sinkWeights)) };
  },
};

const perPair = (
  forward: (score: Tensor) => Tensor,
  slope: (score: Tensor, weights: Tensor) => Tensor,
): CompositeNormalizer => ({
  forward({ score, seen }) {
    const none = zerosLike(score);
    return { weights: safeSelect(seen, forward(safeSelect(seen, score, none)), none), sinkWeights: null };
  },
  backward: ({ score }, weights, _, gradients) => ({ scores: mul(gradients, slope(score, weights)), sinks: null }),
});

/** `1 / sum`, 0 for an empty row. */
const shareOf = (count: Tensor): Tensor => {
  const some = constant(() => greater(count, scalar(0)));
  return safeSelect(some, div(scalar(1), safeSelect(some, count, scalar(1))), scalar(0));
};

const sparsemax: CompositeNormalizer = {
  forward({ score, seen }) {
    const { shifted, support } = sparsemaxSupport(score, seen);
    const inside = mul(shifted, support);
    const threshold = mul(sub(rowSum(inside), scalar(1)), shareOf(rowSum(support)));
    return { weights: keepNaN(shifted, mul(sub(shifted, threshold), support)), sinkWeights: null };
  },
  // inside the support: dS_j = dW_j - mean of dW; outside 0
  backward(_, weights, __, gradients) {
    const support = constant(() => cast(notEqual(weights, scalar(0)), "float32"));
    const mean = mul(rowSum(mul(gradients, support)), shareOf(rowSum(support)));
    return { scores: mul(support, sub(gradients, mean)), sinks: null };
  },
};

const entmax15: CompositeNormalizer = {
  forward({ score, seen }) {
    const { shifted, support } = entmaxSupport(score, seen);
    const share = shareOf(rowSum(support));
    const mean = mul(rowSum(mul(shifted, support)), share);
    const spread = rowSum(mul(support, mul(sub(shifted, mean), sub(shifted, mean))));
    const threshold = sub(mean, sqrt(relu(mul(sub(scalar(1), spread), share))));
    const root = mul(sub(shifted, threshold), support);
    return { weights: keepNaN(shifted, mul(root, root)), sinkWeights: null };
  },
  // with r = sqrt(w): dS_j = r_j (dW_j - sum(r dW) / sum(r))
  backward(_, weights, __, gradients) {
    const positive = constant(() => greater(weights, scalar(0)));
    const roots = safeSelect(positive, sqrt(safeSelect(positive, weights, scalar(1))), zerosLike(weights));
    const mean = mul(rowSum(mul(roots, gradients)), shareOf(rowSum(roots)));
    return { scores: mul(roots, sub(gradients, mean)), sinks: null };
  },
};

/** A row with a NaN or +Infinity among its scores has no threshold: all of it is NaN. */
const keepNaN = (shifted: Tensor, weights: Tensor): Tensor => add(weights, mul(rowSum(shifted), scalar(0)));

/** softmaxWithSink and softmaxPlusOne are softmax with a sink: the caller passes it. */
export const normalizers: Readonly<Record<Normalizer, CompositeNormalizer>> = {
  softmax,
  softmaxWithSink: softmax,
  softmaxPlusOne: softmax,
  sigmoid: perPair(sigmoid, (_, weights) => mul(weights, sub(scalar(1), weights))),
  relu: perPair(relu, (score) => constant(() => cast(greater(score, scalar(0)), "float32"))),
  sparsemax,
  entmax15,
};
