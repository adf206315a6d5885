import { describeValue } from "@fovea/tensor";
import { AttentionError } from "./attention-error.ts";

/** How a row of scores `s` becomes weights `w`; `sum` runs over the keys the row sees.
 *  - softmax: `exp(s) / sum(exp(s))`
 *  - softmaxWithSink: `exp(s) / (exp(sink) + sum(exp(s)))`, a learned score per head that takes weight and gives nothing (StreamingLLM, gpt-oss)
 *  - softmaxPlusOne: a sink of 0 (Miller 2023, "Attention is off by one")
 *  - sigmoid: `1 / (1 + exp(-s))`, each pair by itself; shift by -log(keys) in the score program (Ramapuram et al. 2024)
 *  - relu: `max(0, s)`, each pair by itself; divide by `keys` in the probability program (Wortsman et al. 2023)
 *  - sparsemax: `max(0, s - threshold)`, the threshold so that a row sums to 1 (Martins & Astudillo 2016)
 *  - entmax15: `max(0, s / 2 - threshold)²`, likewise (Peters et al. 2019)
 *
 *  Softmax to relu need one pass over the keys; sparsemax and entmax15 need the whole row at hand. */
export const normalizers = [
  "softmax",
  "softmaxWithSink",
  "softmaxPlusOne",
  "sigmoid",
  "relu",
  "sparsemax",
  "entmax15",
] as const;
export type Normalizer = (typeof normalizers)[number];

/** What is asked about a normalizer wherever it is computed. `rule` is how one score becomes a weight; `remembers` what a row's weights depend on beside
 *  each score, by which backward recovers them. */
export type NormalizerTraits =
  /** The log of the sum of a row's exponentials. A sink is one more score, whose weight gives nothing: learned, one per head, or 0. */
  | { readonly remembers: "logSumExp"; readonly rule: "softmax"; readonly sink: "learned" | "zero" | null }
  /** Nothing: each pair weighs by itself. */
  | { readonly remembers: null; readonly rule: "sigmoid" | "relu"; readonly sink: null }
  /** A threshold, which takes the whole row to find; scores are multiplied with `scoreFactor` before it is taken off. */
  | {
      readonly remembers: "threshold";
      readonly rule: "sparsemax" | "entmax15";
      readonly sink: null;
      readonly scoreFactor: number;
    };

/** One row per normalizer: a new one makes the compiler ask for its row here, and for its rule wherever rules are tables. */
export const normalizerTraits: Readonly<Record<Normalizer, NormalizerTraits>> = {
  softmax: { remembers: "logSumExp", rule: "softmax", sink: null },
  softmaxWithSink: { remembers: "logSumExp", rule: "softmax", sink: "learned" },
  softmaxPlusOne: { remembers: "logSumExp", rule: "softmax", sink: "zero" },
  sigmoid: { remembers: null, rule: "sigmoid", sink: null },
  relu: { remembers: null, rule: "relu", sink: null },
  sparsemax: { remembers: "threshold", rule: "sparsemax", sink: null, scoreFactor: 1 },
  entmax15: { remembers: "threshold", rule: "entmax15", sink: null, scoreFactor: 0.5 },
};

/** @throws {AttentionError} when it is none of `normalizers` */
export function checkNormalizer(who: string, normalizer: unknown): void {
  if (normalizers.includes(normalizer as Normalizer)) return;
  throw new AttentionError(
    `${who}: expected a normalizer among ${normalizers.join(", ")}, got ${describeValue(normalizer)}.`,
  );
}
