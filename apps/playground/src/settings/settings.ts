import { normalizers, type Normalizer } from "@fovea/dot-product-attention";

/** What a picture shows of each pair of query and key. */
export const views = ["mask", "score", "changed", "weight"] as const;
type View = (typeof views)[number];

/** Everything that a person chooses on the page, and that a link carries. Plain data. */
export interface Settings {
  /** Formulas; an empty one changes nothing or shows everything. */
  readonly score: string;
  readonly mask: string;
  readonly normalizer: Normalizer;
  readonly view: View;
  /** Queries and keys: self-attention. */
  readonly tokens: number;
  readonly heads: number;
  /** The head that is shown. */
  readonly head: number;
  /** Of the random queries and keys. */
  readonly seed: number;
}

/** What a number may be. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

export const ranges: Readonly<Record<"tokens" | "heads" | "head" | "seed", Range>> = {
  tokens: { least: 2, most: 131_072 },
  heads: { least: 1, most: 32 },
  head: { least: 0, most: 31 },
  seed: { least: 0, most: 999_999 },
};

/** As long as a formula may be. */
export const longestFormula = 4096;

/** Those normalizers that need nothing but scores. */
export const offered: readonly Normalizer[] = normalizers.filter((normalizer) => normalizer !== "softmaxWithSink");

export const defaults: Settings = {
  score: "score - slopes[head] * (query - key)",
  mask: "key <= query",
  normalizer: "softmax",
  view: "weight",
  tokens: 40,
  heads: 4,
  head: 0,
  seed: 1,
};
