import type { Operand } from "@fovea/block-operations";
import type { BlockMask } from "@fovea/masking";
import type { Tensor } from "@fovea/tensor";
import type { Backend } from "./backend.ts";
import type { ProgramSource } from "./checks/check-program.ts";
import type { Normalizer } from "./normalizer.ts";

/** Everything `attention` can be told, each with its default. */
export interface AttentionOptions<T extends Operand = Tensor> {
  /** Changes each score; default: the scaled dot product itself. A score of -Infinity is not seen, as if masked. A float program, or a function
   *  that is traced once: what it captures is kept, so pass changing numbers as tables. It is known by its identity: a function written inline
   *  is a new one, and traced and planned again, at every call; keep it in a constant. This holds for `mask` and `probability` too. */
  readonly score?: ProgramSource | null | undefined;
  /** Who may attend to whom; default: everybody. A bool program that does not read the score, or a function that is traced once. */
  readonly mask?: ProgramSource | null | undefined;
  /** Changes each normalised weight before it multiplies the value, e.g. seeded dropout; default: as it is. In it, `score` is the weight. */
  readonly probability?: ProgramSource | null | undefined;
  /** Factor on each dot product; default `1 / sqrt(headDim)`. */
  readonly scale?: number | undefined;
  /** Default "softmax". */
  readonly normalizer?: Normalizer | undefined;
  /** `[heads]`, float: the learned scores of "softmaxWithSink". */
  readonly sinks?: T | Tensor | null | undefined;
  /** Tables by name, instead of those the programs came with. */
  readonly tables?: TableOverrides<T> | undefined;
  /** Absolute index of the first query, for all or for each batch element; default the number of past keys, or 0. May be negative. */
  readonly queryOffset?: number | ArrayLike<number> | undefined;
  /** Cached keys and values, put before `key` and `value`: `[batch, keyHeads, pastKeys, …]`. */
  readonly past?: { readonly key: T; readonly value: T } | null | undefined;
  /** Rows that exist in each batch element, `[batch]`, each at most `queries`; default all. The rest is padding and comes out 0. */
  readonly queryLengths?: ArrayLike<number> | undefined;
  /** Keys that exist in each batch element, past ones included, `[batch]`, each at most `keys`; default all. The rest is never attended. */
  readonly keyLengths?: ArrayLike<number> | undefined;
  /** What the mask leaves, by blocks. It remembers the sizes, mask, table values and query offsets that it was made for, and is refused for others.
   *  Default: made where it pays. null: never made. */
  readonly blockMask?: BlockMask | null | undefined;
  /** Extra results. `logSumExp` and `rowTotal` only for the softmax kinds; `rowMaximum` and `rowTotal` are what `merge` joins parts by. */
  readonly returns?: ReturnOptions | undefined;
  /** Default `referenceBackend`. */
  readonly backend?: Backend<T> | undefined;
}

export interface ReturnOptions {
  readonly logSumExp?: boolean;
  readonly rowMaximum?: boolean;
  readonly rowTotal?: boolean;
}

/** Plain tensors, or the backend's; a mask's are plain. */
export interface TableOverrides<T extends Operand = Tensor> {
  readonly score?: Readonly<Record<string, T | Tensor>> | undefined;
  readonly mask?: Readonly<Record<string, Tensor>> | undefined;
  readonly probability?: Readonly<Record<string, T | Tensor>> | undefined;
}
