import { trace } from "@fovea/program";
import type { Program } from "@fovea/program";
import { checkOptions } from "@fovea/tensor";
import { MaskError } from "../mask-error.ts";
import { wholeNumber } from "../whole-number.ts";

/** Training a block diffusion model: a sequence of noised tokens is followed by the same tokens clean, both cut into blocks.
 *  Noised tokens see their own noised block and the clean blocks before it; clean tokens see clean blocks up to their own.
 *
 *  ```
 *  ██······   length 4, block 2
 *  ██······
 *  ··████··   left half of the keys: noised, right half: clean
 *  ··████··
 *  ····██··
 *  ····██··
 *  ····████
 *  ····████
 *  ```
 *
 *  @param options `length` of the clean sequence (positions `0 … length - 1` are noised, `length … 2 × length - 1` clean;
 *    positions after them are hidden); `block` tokens per block
 *  @throws {MaskError} when either is not a whole number of at least 1
 *  @see Arriola et al. 2025, "Block diffusion" (BD3-LM), section 3.1 */
export function blockDiffusion(options: { readonly length: number; readonly block: number }): Program {
  checkOptions(
    "blockDiffusion",
    options,
    { length: true, block: true },
    { required: true, example: "blockDiffusion({ length: 8, block: 4 })", Refuse: MaskError },
  );
  const { length, block } = options;
  wholeNumber("blockDiffusion", "length", length, 1, 2 ** 30 - 1);
  wholeNumber("blockDiffusion", "block", block, 1);
  return trace(({ query, key, select }) => {
    const queryNoised = query.less(length);
    const keyNoised = key.less(length);
    const queryBlock = select(queryNoised, query, query.subtract(length)).floorDivide(block);
    const keyBlock = select(keyNoised, key, key.subtract(length)).floorDivide(block);
    const blockDiagonal = queryNoised.and(keyNoised).and(queryBlock.equal(keyBlock));
    const offsetBlockCausal = queryNoised.and(keyNoised.not()).and(keyBlock.less(queryBlock));
    const blockCausal = queryNoised.or(keyNoised).not().and(keyBlock.lessEqual(queryBlock));
    const inside = query.less(2 * length).and(key.less(2 * length));
    return blockDiagonal.or(offsetBlockCausal).or(blockCausal).and(inside);
  });
}
