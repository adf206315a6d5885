import {
  cast,
  cumsum,
  div,
  equal,
  greater,
  greaterEqual,
  logicalAnd,
  max,
  mul,
  range,
  relu,
  reshape,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  topk,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { constant } from "./constant.ts";
import { safeSelect } from "./safe-select.ts";

/** Which scores of a row get weight. */
export interface Support {
  /** Scores less the row's largest (halved for entmax), 0 where a pair is not seen. */
  readonly shifted: Tensor;
  /** 1 inside the support, 0 outside: a constant. */
  readonly support: Tensor;
}

/** Scores below any other: sorted last. Finite, so that sums of them stay finite. */
const lowest = -1e9;

/** The support of sparsemax: the longest run of descending scores that lies above its own threshold `(sum - 1) / count`. */
export function sparsemaxSupport(score: Tensor, seen: Tensor): Support {
  return supportOf(score, seen, 1, (descending, count) => {
    const candidates = div(sub(runningSum(descending), scalar(1)), count);
    return greater(descending, candidates);
  });
}

/** The support of entmax with alpha 1.5: the threshold of the first n halved scores is `mean - sqrt((1 - spread) / n)`. */
export function entmaxSupport(score: Tensor, seen: Tensor): Support {
  return supportOf(score, seen, 0.5, (descending, count) => {
    const mean = div(runningSum(descending), count);
    const spread = sub(runningSum(square(descending)), mul(count, square(mean)));
    const candidates = sub(mean, sqrt(relu(div(sub(scalar(1), spread), count))));
    return greaterEqual(descending, candidates);
  });
}

function supportOf(
  score: Tensor,
  seen: Tensor,
  factor: number,
  holds: (descending: Tensor, count: Tensor) => Tensor,
): Support {
  const keys = score.shape[score.shape.length - 1];
  const largest = constant(() => {
    const most = max(where(seen, score, scalar(-Infinity)), -1, true);
    return where(greater(most, scalar(-Infinity)), most, zerosLike(most));
  });
  const shifted = safeSelect(seen, mul(sub(score, largest), scalar(factor)), zerosLike(score));
  const support = constant(() => {
    const hidden = where(seen, shifted, scalar(lowest));
    const descending = topk(hidden, keys, true).values;
    const count = reshape(range(1, keys + 1, 1, "float32"), [1, 1, 1, keys]);
    // the scores of a row that hold form a run from its start; the smallest of them is the last to be in
    const inRun = logicalAnd(holds(descending, count), greater(descending, scalar(lowest / 2)));
    const size = sum(cast(inRun, "float32"), -1, true);
    const smallest = sum(where(equal(count, size), descending, zerosLike(descending)), -1, true);
    return cast(logicalAnd(seen, greaterEqual(shifted, smallest)), "float32");
  });
  return { shifted, support };
}

/** Along the last axis, named by its place: for axis -1 the wasm backend of TensorFlow.js 4.22 writes outside its memory. */
const runningSum = (tensor: Tensor): Tensor => cumsum(tensor, tensor.shape.length - 1);
