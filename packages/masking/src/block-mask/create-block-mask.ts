import type { Program } from "@fovea/program";
import { ownBlockMask } from "./accept-block-mask.ts";
import type { BlockMask } from "./block-mask.ts";
import { planBlockMask } from "./block-mask-options.ts";
import type { BlockMaskOptions } from "./block-mask-options.ts";
import { createClassifier } from "./classify.ts";
import { maskKey, tablesKey } from "./made-for.ts";
import { createRunBuilder } from "./run-builder.ts";

/** Finds which blocks of queries × keys a mask lets through, without ever asking about every pair: interval bounds say of a whole region
 *  that it is full, empty, or neither, and only regions that are neither are opened, down to single blocks.
 *  Time and memory grow with the border between visible and hidden, so a causal or windowed mask over a million keys takes a fraction of a second.
 *
 *  ```
 *  █▒··   causal, 4 blocks a side: the lower left quarter is known at once to be full,
 *  ██▒·   the upper right to be empty; both are never opened
 *  ```
 *
 *  @param mask a program that gives a bool; null or undefined: everything is visible
 *  @returns frozen data that remembers what it was made for (`madeFor`); blocks that bounds cannot decide are partial, which is slower but never wrong
 *  @throws {MaskError} when the mask gives no bool or an option is out of range
 *  @throws {ProgramError} when a table is missing or of the wrong type */
export function createBlockMask(mask: Program | null | undefined, options: BlockMaskOptions): BlockMask {
  const program = mask ?? null;
  const plan = planBlockMask(program, options);
  const { rows, columns } = plan;
  const builder = createRunBuilder(plan.batch * plan.heads * rows);
  const classify = createClassifier(program, plan, options);

  let firstRow = 0;
  let [batch, head] = [0, 0];
  /** Blocks `top … bottom - 1` × `left … right - 1` of the current layer. Left children come before right ones,
   *  so every row receives its runs in ascending order. */
  const visit = (top: number, bottom: number, left: number, right: number): void => {
    const isBlock = bottom - top === 1 && right - left === 1;
    const kind = classify(batch, head, top, bottom, left, right);
    if (kind === "empty") return;
    if (kind === "full" || kind === "unknown" || isBlock) {
      for (let row = top; row < bottom; row++) builder.append(firstRow + row, left, right, kind === "full" ? 1 : 0);
      return;
    }
    const middleRow = split(top, bottom, right - left);
    const middleColumn = split(left, right, bottom - top);
    visit(top, middleRow, left, middleColumn);
    if (middleColumn < right) visit(top, middleRow, middleColumn, right);
    if (middleRow < bottom) visit(middleRow, bottom, left, middleColumn);
    if (middleRow < bottom && middleColumn < right) visit(middleRow, bottom, middleColumn, right);
  };

  for (batch = 0; batch < plan.batch; batch++)
    for (head = 0; head < plan.heads; head++, firstRow += rows) if (rows > 0 && columns > 0) visit(0, rows, 0, columns);

  const { queryBlock, keyBlock, queries, keys, heads } = plan;
  const madeFor = Object.freeze({
    mask: maskKey(program),
    tables: tablesKey(program, options.tables),
    queryOffsets: Object.freeze(plan.offsets),
  });
  return ownBlockMask({ queryBlock, keyBlock, queries, keys, batch: plan.batch, heads, ...builder.finish(), madeFor });
}

/** Where to cut blocks `start … end - 1`: at the largest power of two that leaves both parts some, so that regions line up with tiles
 *  and curves; at `end` (no cut) where the other side is at least twice as long, so that regions stay square. */
function split(start: number, end: number, otherLength: number): number {
  const length = end - start;
  if (length === 1 || otherLength >= 2 * length) return end;
  return start + 2 ** (31 - Math.clz32(length - 1));
}
