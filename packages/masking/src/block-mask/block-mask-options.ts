import type { Program } from "@fovea/program";
import { simplify, usedInputs } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import type { OptionNames, Tensor } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { requireMasks } from "../combine/require-masks.ts";
import { largestInt, wholeNumber, wholeNumbers } from "../whole-number.ts";

/** What a block mask is made for. */
export interface BlockMaskOptions {
  /** Batch elements and query heads; default 1. A mask that does not read them has one layer for all. */
  readonly batch?: number;
  readonly heads?: number;
  readonly queries: number;
  readonly keys: number;
  /** Index of the first query, one number or one per batch element: the number of cached keys; default 0. */
  readonly queryOffset?: number | ArrayLike<number>;
  /** Queries and keys per block, any number of at least 1; default 128. The last block of an axis may be cut short. */
  readonly queryBlock?: number;
  readonly keyBlock?: number;
  /** Tables to use instead of those that came with the mask, by name. */
  readonly tables?: Readonly<Record<string, Tensor>>;
  /** True: where interval bounds cannot tell, ask about every pair of the block until a visible and a hidden one are found, so that
   *  partial means partial. Worth it for a mask that is used often. Default false: such blocks are partial, which costs a kernel some time
   *  and changes no result. */
  readonly exact?: boolean;
  /** Operations on intervals to spend at most, some 200 ns each; what is not known by then is partial. Default: without limit. */
  readonly budget?: number;
}

/** The options with their defaults filled in, and the layers that a mask needs. */
export interface BlockMaskPlan {
  readonly queries: number;
  readonly keys: number;
  readonly queryBlock: number;
  readonly keyBlock: number;
  /** Rows and columns of blocks. */
  readonly rows: number;
  readonly columns: number;
  /** Layers along each axis: 1 where the mask does not depend on it. */
  readonly batch: number;
  readonly heads: number;
  /** Index of the first query of each layer of the batch. */
  readonly offsets: readonly number[];
}

const optionNames: OptionNames<BlockMaskOptions> = {
  batch: true,
  heads: true,
  queries: true,
  keys: true,
  queryOffset: true,
  queryBlock: true,
  keyBlock: true,
  tables: true,
  exact: true,
  budget: true,
};

/** Checks the options of a block mask and works out its layers.
 *  @throws {MaskError} when an option is out of range */
export function planBlockMask(mask: Program | null, options: BlockMaskOptions): BlockMaskPlan {
  const who = "createBlockMask";
  if (mask !== null) requireMasks(who, [mask]);
  checkOptions<BlockMaskOptions>(who, options, optionNames, {
    required: true,
    example: "createBlockMask(mask, { queries: 1024, keys: 1024 })",
    Refuse: MaskError,
  });
  const { batch = 1, heads = 1, queries, keys, queryOffset = 0, queryBlock = 128, keyBlock = 128 } = options;
  const { budget = Infinity } = options;
  wholeNumber(who, "batch", batch, 1);
  wholeNumber(who, "heads", heads, 1);
  wholeNumber(who, "queries", queries);
  wholeNumber(who, "keys", keys);
  wholeNumber(who, "queryBlock", queryBlock, 1);
  wholeNumber(who, "keyBlock", keyBlock, 1);
  if (typeof budget !== "number" || !(budget >= 0))
    throw new MaskError(`${who}: budget must be a number of at least 0, got ${String(budget)}.`);
  const offsets = typeof queryOffset === "number" ? [queryOffset] : Array.from(queryOffset);
  wholeNumbers(who, "queryOffset", offsets, 0, largestInt - queries);
  if (typeof queryOffset !== "number" && offsets.length !== batch)
    throw new MaskError(
      `${who}: queryOffset must be one number or one per batch element, ${batch}, got ${offsets.length}.`,
    );

  const inputs = mask === null ? new Set() : usedInputs(simplify(mask));
  const offsetsDiffer = inputs.has("query") && offsets.some((offset) => offset !== offsets[0]);
  const layersOfBatch = inputs.has("batch") || offsetsDiffer ? batch : 1;
  const layersOfHeads = inputs.has("head") ? heads : 1;
  const rows = Math.ceil(queries / queryBlock);
  if (layersOfBatch * layersOfHeads * rows >= largestInt)
    throw new MaskError(
      `${who}: ${layersOfBatch} × ${layersOfHeads} layers of ${rows} rows are more than an index holds. Use larger blocks.`,
    );
  return {
    queries,
    keys,
    queryBlock,
    keyBlock,
    rows,
    columns: Math.ceil(keys / keyBlock),
    batch: layersOfBatch,
    heads: layersOfHeads,
    offsets: Array.from({ length: layersOfBatch }, (_, b) => offsets[offsets.length === 1 ? 0 : b]),
  };
}
