import type { Settings } from "../settings/settings.ts";

/** A rectangle of pairs, in tokens: from the first to before the last. */
export interface Region {
  readonly queryFrom: number;
  readonly queryTo: number;
  readonly keyFrom: number;
  readonly keyTo: number;
}

/** What the page asks of its worker. Newer questions replace older ones that have not been begun. */
export interface Question {
  readonly id: number;
  readonly settings: Settings;
  readonly region: Region;
  /** Cells of the picture. */
  readonly rows: number;
  readonly columns: number;
  /** The pair to explain, if any. */
  readonly pair: { readonly query: number; readonly key: number } | null;
}

/** Where a formula is wrong. */
export interface Problem {
  readonly of: "score" | "mask" | "attention";
  readonly message: string;
  readonly position: number;
}

/** A picture's numbers: NaN where a pair is masked. */
export interface Picture {
  readonly region: Region;
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]` */
  readonly values: Float32Array;
  /** Pairs of a cell in each direction; 1: every number is one pair's. */
  readonly pairsAcross: number;
  readonly pairsDown: number;
  /** Whether some pairs of a cell were left out, because there were too many. */
  readonly sampled: boolean;
  readonly least: number;
  readonly most: number;
}

/** What the mask leaves to do, by blocks. */
export interface BlockShare {
  readonly full: number;
  readonly partial: number;
  readonly empty: number;
}

/** How one number came to be. */
export interface Explanation {
  readonly query: number;
  readonly key: number;
  /** The largest products of the dot product: dimension and contribution to the scaled score, largest first. */
  readonly parts: readonly { readonly dimension: number; readonly product: number }[];
  readonly score: number;
  readonly changed: number;
  readonly visible: boolean;
  readonly weight: number;
  /** 1 for the key that the query looks at most; null for a masked pair. */
  readonly rank: number | null;
  /** Keys that the query sees. */
  readonly seen: number;
}

export interface Answer {
  readonly id: number;
  readonly problems: readonly Problem[];
  /** LaTeX of the formulas; null where there is none or it is wrong. */
  readonly latex: { readonly score: string | null; readonly mask: string | null };
  readonly picture: Picture | null;
  readonly blocks: BlockShare | null;
  readonly explanation: Explanation | null;
  readonly milliseconds: number;
}
