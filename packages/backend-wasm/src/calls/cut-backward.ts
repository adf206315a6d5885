import type { Call } from "@fovea/dot-product-attention";
import type { BackwardShape } from "../backward/backward-shape.ts";
import type { Heap } from "../memory/heap.ts";
import type { RunList, TilePlan } from "../records/run-lists.ts";

/** A query tile of one head that sees something. */
interface BackwardTile {
  readonly head: number;
  /** First row, counted from 0 in the call, and how many. */
  readonly first: number;
  readonly rows: number;
  readonly runs: RunList;
  readonly firstKey: number;
  readonly endKey: number;
  readonly pairs: number;
}

/** Tiles that one task takes one after another: all of one key head's query heads, or a share of them. */
export interface BackwardChunk {
  readonly batch: number;
  readonly keyHead: number;
  /** Number among the chunks of this key head. */
  readonly chunk: number;
  readonly tiles: readonly BackwardTile[];
  /** The keys its tiles see, widened to multiples of 8. */
  readonly firstKey: number;
  readonly endKey: number;
}

/** As many tasks as keep some eight threads busy; never depends on how many threads there are, because it decides in which order sums are rounded. */
const wishedTasks = 16;
/** Sums of keys and values take this many bytes at most, or one set per key head. */
const mostBytes = 2 ** 26;

/** Cuts a call into chunks of about equal work, and says how many at most a key head has. */
export function cutBackward(
  heap: Heap,
  call: Call,
  shape: BackwardShape,
  plan: TilePlan,
): { chunks: BackwardChunk[]; most: number } {
  const [batch, heads, queries] = call.query.shape;
  const [, keyHeads, keys] = call.key.shape;
  const group = heads / keyHeads;
  const setBytes = batch * keyHeads * keys * (shape.headDim + shape.valueDim) * 4;
  const affordable = Math.max(1, Math.floor(mostBytes / Math.max(1, setBytes)));
  const most = Math.min(Math.ceil(wishedTasks / Math.max(1, batch * keyHeads)), affordable);
  const chunks: BackwardChunk[] = [];
  for (let b = 0; b < batch; b++) {
    for (let keyHead = 0; keyHead < keyHeads; keyHead++) {
      const tiles: BackwardTile[] = [];
      for (let head = keyHead * group; head < (keyHead + 1) * group; head++) {
        for (let first = 0; first < call.queryLengths[b];) {
          const row = Math.floor(first / plan.queryBlock);
          const end = Math.min(first + shape.queryTile, (row + 1) * plan.queryBlock, call.queryLengths[b], queries);
          const tile = tileOf(heap, head, first, end - first, plan.runs(b, head, row));
          if (tile) tiles.push(tile);
          first = end;
        }
      }
      for (const [chunk, share] of split(tiles, most).entries()) {
        // one by one: a call takes some 100,000 arguments at most, and blocks of one query make more tiles than that
        const firstKey = share.reduce((least, tile) => Math.min(least, tile.firstKey), Infinity) & -8;
        const endKey = (share.reduce((largest, tile) => Math.max(largest, tile.endKey), 0) + 7) & -8;
        chunks.push({ batch: b, keyHead, chunk, tiles: share, firstKey, endKey });
      }
    }
  }
  return { chunks, most };
}

function tileOf(heap: Heap, head: number, first: number, rows: number, runs: RunList): BackwardTile | null {
  if (runs.count === 0) return null;
  const words = heap.i32;
  const start = runs.address / 4;
  let seen = 0;
  for (let run = 0; run < runs.count; run++) seen += words[start + run * 3 + 1] - words[start + run * 3];
  const firstKey = words[start];
  const endKey = words[start + runs.count * 3 - 2];
  return { head, first, rows, runs, firstKey, endKey, pairs: rows * seen };
}

/** At most `most` shares of tiles that follow one another, of about equal work; none is empty. */
function split(tiles: readonly BackwardTile[], most: number): BackwardTile[][] {
  const total = tiles.reduce((sum, { pairs }) => sum + pairs, 0);
  const shares: BackwardTile[][] = [];
  let before = 0;
  let last = -1;
  for (const tile of tiles) {
    // a tile belongs to the share in which its middle lies
    const share = Math.min(most - 1, Math.floor(((before + tile.pairs / 2) / total) * most));
    if (share !== last) shares.push([]);
    shares[shares.length - 1].push(tile);
    last = share;
    before += tile.pairs;
  }
  return shares;
}
