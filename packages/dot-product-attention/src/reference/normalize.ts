import type { Normalizer } from "../normalizer.ts";

/** One normalizer on the `count` seen scores of a row, at least 1, forward beside backward. */
export interface NormalizerRule {
  /** What the row is remembered by beside its largest score, and counted relative to it: the sum of exp(score - maximum) over the keys (softmax
   *  kinds), the threshold (sparsemax, entmax15), or 0. */
  statistic(scores: Float64Array, count: number, maximum: number): number;
  /** Writes the row's weights. */
  weigh(row: NormalizerRow, weights: Float64Array): void;
  /** Turns the gradients of the weights into gradients of the scores, in place; returns the gradient of the sink. */
  backward(row: BackwardRow): number;
}

interface NormalizerRow extends RowStatistics {
  readonly scores: Float64Array;
  readonly count: number;
  /** Extra score that takes weight; -Infinity for none. */
  readonly sink: number;
}

/** What a row's weights are recovered by. */
export interface RowStatistics {
  /** The largest score. */
  readonly maximum: number;
  /** What `statistic` returned. */
  readonly statistic: number;
}

interface BackwardRow extends NormalizerRow {
  readonly weights: Float64Array;
  /** In: d loss / d weight. Out: d loss / d score. */
  readonly gradients: Float64Array;
  /** Softmax kinds: the mean of the gradients by the weights, where these are not all of the row's keys; else null. */
  readonly mean: number | null;
}

/** Largest of the first `count` scores; NaN when one of them is. */
export function maximumOf(scores: Float64Array, count: number): number {
  let maximum = -Infinity;
  for (let i = 0; i < count; i++) if (scores[i] > maximum || Number.isNaN(scores[i])) maximum = scores[i];
  return maximum;
}

const softmax: NormalizerRule = {
  // the maximum is subtracted so that exp cannot overflow
  statistic(scores, count, maximum) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += Math.exp(scores[i] - maximum);
    return sum;
  },
  weigh({ scores, count, maximum, statistic, sink }, weights) {
    const total = statistic + Math.exp(sink - maximum);
    for (let i = 0; i < count; i++) weights[i] = Math.exp(scores[i] - maximum) / total;
  },
  // dS_j = w_j (dW_j - sum_i w_i dW_i); the sink is one more column whose weight gives nothing
  backward({ weights, gradients, count, maximum, statistic, sink, mean: given }) {
    const mean = given ?? sumOfProducts(weights, gradients, count);
    for (let i = 0; i < count; i++) gradients[i] = weights[i] * (gradients[i] - mean);
    return -mean / (1 + statistic * Math.exp(maximum - sink));
  },
};

function sumOfProducts(a: Float64Array, b: Float64Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

const sigmoid: NormalizerRule = {
  statistic: () => 0,
  weigh({ scores, count }, weights) {
    for (let i = 0; i < count; i++) {
      // exp of a negative number only: never Infinity / Infinity
      const small = Math.exp(-Math.abs(scores[i]));
      weights[i] = (scores[i] < 0 ? small : 1) / (1 + small);
    }
  },
  backward({ weights, gradients, count }) {
    for (let i = 0; i < count; i++) gradients[i] *= weights[i] * (1 - weights[i]);
    return 0;
  },
};

const relu: NormalizerRule = {
  statistic: () => 0,
  weigh({ scores, count }, weights) {
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, scores[i]);
  },
  backward({ scores, gradients, count }) {
    for (let i = 0; i < count; i++) if (scores[i] <= 0) gradients[i] = 0;
    return 0;
  },
};

// A NaN or +Infinity among the seen scores has no threshold: the whole row is NaN, as in softmax.
const sparsemax: NormalizerRule = {
  statistic(scores, count, maximum) {
    if (!Number.isFinite(maximum)) return NaN;
    const descending = scores.slice(0, count).sort().reverse();
    // the support is the longest prefix of the sorted scores that lies above its own threshold
    let sum = 0;
    let threshold = 0;
    for (let i = 0; i < count; i++) {
      const score = descending[i] - maximum;
      sum += score;
      const candidate = (sum - 1) / (i + 1);
      if (score <= candidate) break;
      threshold = candidate;
    }
    return threshold;
  },
  weigh({ scores, count, maximum, statistic }, weights) {
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, scores[i] - maximum - statistic);
  },
  // inside the support: dS_j = dW_j - mean of dW; outside 0
  backward({ weights, gradients, count }) {
    let sum = 0;
    let support = 0;
    for (let i = 0; i < count; i++) {
      if (weights[i] === 0) continue;
      sum += gradients[i];
      support++;
    }
    const mean = sum / support;
    for (let i = 0; i < count; i++) gradients[i] = weights[i] === 0 ? 0 : gradients[i] - mean;
    return 0;
  },
};

const entmax15: NormalizerRule = {
  statistic(scores, count, maximum) {
    if (!Number.isFinite(maximum)) return NaN;
    const descending = scores.slice(0, count).sort().reverse();
    // of the first n halved scores: sum((s / 2 - threshold)²) = 1 is quadratic in the threshold; the largest n that agrees with itself
    let sum = 0;
    let squares = 0;
    let threshold = 0;
    for (let i = 0; i < count; i++) {
      const score = (descending[i] - maximum) / 2;
      sum += score;
      squares += score * score;
      const mean = sum / (i + 1);
      const spread = squares - sum * mean;
      const candidate = mean - Math.sqrt(Math.max(0, (1 - spread) / (i + 1)));
      if (score < candidate) break;
      threshold = candidate;
    }
    return threshold;
  },
  weigh({ scores, count, maximum, statistic }, weights) {
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, (scores[i] - maximum) / 2 - statistic) ** 2;
  },
  // with r = sqrt(w): dS_j = r_j (dW_j - sum(r dW) / sum(r))
  backward({ weights, gradients, count }) {
    let sum = 0;
    let roots = 0;
    for (let i = 0; i < count; i++) {
      const root = Math.sqrt(weights[i]);
      if (root === 0) continue;
      sum += root * gradients[i];
      roots += root;
    }
    const mean = sum / roots;
    for (let i = 0; i < count; i++) gradients[i] = weights[i] === 0 ? 0 : Math.sqrt(weights[i]) * (gradients[i] - mean);
    return 0;
  },
};

/** softmaxWithSink and softmaxPlusOne are softmax with a sink: the caller passes it. */
export const normalize: Readonly<Record<Normalizer, NormalizerRule>> = {
  softmax,
  softmaxWithSink: softmax,
  softmaxPlusOne: softmax,
  sigmoid,
  relu,
  sparsemax,
  entmax15,
};

/** What a normalizer remembers a row by beside its largest score, if anything. */
export const statisticOf: Readonly<Record<Normalizer, "rowTotal" | "threshold" | null>> = {
  softmax: "rowTotal",
  softmaxWithSink: "rowTotal",
  softmaxPlusOne: "rowTotal",
  sigmoid: null,
  relu: null,
  sparsemax: "threshold",
  entmax15: "threshold",
};
