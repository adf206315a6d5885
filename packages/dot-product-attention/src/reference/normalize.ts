import type { Normalizer } from "../plan.ts";

/** One normalizer on the `count` seen scores of a row, forward beside backward. */
export interface NormalizerRule {
  /** Writes the row's weights; returns what the row is remembered by: its logSumExp over the keys (softmax kinds), its threshold
   *  (sparsemax, entmax15), or 0. `count` is at least 1.
   *  @param sink extra score that takes weight; -Infinity for none */
  forward(scores: Float64Array, count: number, sink: number, weights: Float64Array): number;
  /** Turns the gradients of the weights into gradients of the scores, in place; returns the gradient of the sink. */
  backward(row: BackwardRow): number;
}

interface BackwardRow {
  readonly scores: Float64Array;
  readonly weights: Float64Array;
  /** In: d loss / d weight. Out: d loss / d score. */
  readonly gradients: Float64Array;
  readonly count: number;
  readonly sink: number;
  /** What `forward` returned. */
  readonly statistic: number;
}

/** Largest of the first `count` scores; NaN when one of them is. */
export function maximumOf(scores: Float64Array, count: number): number {
  let maximum = -Infinity;
  for (let i = 0; i < count; i++) if (scores[i] > maximum || Number.isNaN(scores[i])) maximum = scores[i];
  return maximum;
}

const softmax: NormalizerRule = {
  forward(scores, count, sink, weights) {
    // the maximum is subtracted so that exp cannot overflow
    const maximum = maximumOf(scores, count);
    let sum = 0;
    for (let i = 0; i < count; i++) sum += weights[i] = Math.exp(scores[i] - maximum);
    const total = sum + Math.exp(sink - maximum);
    for (let i = 0; i < count; i++) weights[i] /= total;
    return maximum + Math.log(sum);
  },
  // dS_j = w_j (dW_j - sum_i w_i dW_i); the sink is one more column whose weight gives nothing
  backward({ weights, gradients, count, sink, statistic }) {
    let mean = 0;
    for (let i = 0; i < count; i++) mean += weights[i] * gradients[i];
    for (let i = 0; i < count; i++) gradients[i] = weights[i] * (gradients[i] - mean);
    return -mean / (1 + Math.exp(statistic - sink));
  },
};

const sigmoid: NormalizerRule = {
  forward(scores, count, _sink, weights) {
    for (let i = 0; i < count; i++) {
      // exp of a negative number only: never Infinity / Infinity
      const small = Math.exp(-Math.abs(scores[i]));
      weights[i] = (scores[i] < 0 ? small : 1) / (1 + small);
    }
    return 0;
  },
  backward({ weights, gradients, count }) {
    for (let i = 0; i < count; i++) gradients[i] *= weights[i] * (1 - weights[i]);
    return 0;
  },
};

const relu: NormalizerRule = {
  forward(scores, count, _sink, weights) {
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, scores[i]);
    return 0;
  },
  backward({ scores, gradients, count }) {
    for (let i = 0; i < count; i++) if (scores[i] <= 0) gradients[i] = 0;
    return 0;
  },
};

const sparsemax: NormalizerRule = {
  forward(scores, count, _sink, weights) {
    const maximum = maximumOf(scores, count);
    if (!Number.isFinite(maximum)) return fillNaN(weights, count);
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
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, scores[i] - maximum - threshold);
    return threshold + maximum;
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
  forward(scores, count, _sink, weights) {
    const maximum = maximumOf(scores, count);
    if (!Number.isFinite(maximum)) return fillNaN(weights, count);
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
    for (let i = 0; i < count; i++) weights[i] = Math.max(0, (scores[i] - maximum) / 2 - threshold) ** 2;
    return threshold + maximum / 2;
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

/** A NaN or +Infinity among the seen scores has no threshold: the whole row is NaN, as in softmax. */
function fillNaN(weights: Float64Array, count: number): number {
  weights.fill(NaN, 0, count);
  return NaN;
}

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

/** What a normalizer remembers a row by, if anything. */
export const statisticOf: Readonly<Record<Normalizer, "logSumExp" | "threshold" | null>> = {
  softmax: "logSumExp",
  softmaxWithSink: "logSumExp",
  softmaxPlusOne: "logSumExp",
  sigmoid: null,
  relu: null,
  sparsemax: "threshold",
  entmax15: "threshold",
};
