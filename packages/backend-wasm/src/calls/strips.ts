import type { Call } from "@fovea/dot-product-attention";
import { chunkKeys, mostStripRows } from "../decode/decode-layout.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import type { Heap } from "../memory/heap.ts";
import type { RunList, TilePlan } from "../records/run-lists.ts";
import type { PlanShape } from "./plan-modules.ts";

/** Whether few enough rows read each key for the kernel without packing, all by the same runs of keys. Backward recovers weights from scores that it
 *  computes anew, and this kernel sums products in another order. */
export function isDecode(module: PlanShape, call: Call): boolean {
  if (call.backwardFollows) return false;
  const [, heads, queries] = call.query.shape;
  const keyHeads = call.key.shape[1];
  if (module.strip === null || (heads / keyHeads) * queries > mostStripRows) return false;
  return (
    queries <= (call.blockMask?.queryBlock ?? queries) && (heads === keyHeads || (call.blockMask?.heads ?? 1) === 1)
  );
}

/** The rows that read one key head, and the chunks of keys that they read. */
export interface Strip {
  readonly b: number;
  readonly keyHead: number;
  readonly rows: number;
  readonly chunks: readonly RunList[];
  /** Address of the partial results. */
  readonly partial: number;
}

export const chunkOf = (call: Call): number =>
  chunkKeys(
    call.key.shape[0] * call.key.shape[1],
    call.keyLengths.reduce((most, length) => Math.max(most, length), 0),
  );

/** The chunks that a batch element and head read; those of equal runs are cut once. */
export function cutAll(
  heap: Heap,
  lists: Borrowed,
  tiles: TilePlan,
  chunk: number,
): (b: number, head: number) => readonly RunList[] {
  const known = new Map<number, readonly RunList[]>();
  return (b, head) => {
    const runs = tiles.runs(b, head, 0);
    // an empty list has the address of the next one
    if (runs.count === 0) return [];
    let chunks = known.get(runs.address);
    if (!chunks) known.set(runs.address, (chunks = cutIntoChunks(heap, lists, runs, chunk)));
    return chunks;
  };
}

/** The parts of runs that lie in each chunk of keys, for every chunk that has some. */
function cutIntoChunks(heap: Heap, borrowed: Borrowed, runs: RunList, chunkKeys: number): readonly RunList[] {
  const words = heap.i32.slice(runs.address / 4, runs.address / 4 + runs.count * 3);
  const parts: number[] = [];
  const firsts: number[] = [];
  let present = -1;
  for (let run = 0; run < words.length; run += 3) {
    for (let start = words[run]; start < words[run + 1];) {
      const chunk = Math.floor(start / chunkKeys);
      const end = Math.min(words[run + 1], (chunk + 1) * chunkKeys);
      if (chunk !== present) firsts.push(parts.length);
      present = chunk;
      parts.push(start, end, words[run + 2]);
      start = end;
    }
  }
  if (parts.length === 0) return [];
  const address = borrowed.allocate(parts.length * 4);
  heap.i32.set(parts, address / 4);
  return firsts.map((first, index) => ({
    address: address + first * 4,
    count: ((firsts[index + 1] ?? parts.length) - first) / 3,
  }));
}
