import type { Call, Plan } from "@fovea/dot-product-attention";
import { at } from "@fovea/tensor";
import { chunkKeys, decodeTask, mostStripRows, partialBytes } from "../decode/decode-layout.ts";
import type { Heap } from "../memory/heap.ts";
import { type Borrowed, type Placed, rowAddress } from "../memory/operand.ts";
import type { PlanShape } from "./plan-modules.ts";
import type { ScoreUnits } from "./score-units.ts";
import type { RunList, TilePlan } from "../records/run-lists.ts";

/** Where a call's operands and results are. */
export interface PlacedCall {
  readonly query: Placed;
  readonly key: Placed;
  readonly keyScales: Placed;
  readonly value: Placed;
  readonly valueScales: Placed;
  /** Addresses: output rows, and each row's total and largest score. */
  readonly output: number;
  readonly totals: number;
  readonly maxima: number;
  /** The call's record. */
  readonly record: number;
  readonly units: ScoreUnits;
}

/** How a call with few rows is run. */
export interface StripRunner {
  /** @param work multiplications, roughly */
  decode(tasks: number, count: number, work: number): void;
  merge(...numbers: readonly number[]): void;
}

/** Written word by word: there is a task for each key head and chunk at every token, and `RecordLayout.write` takes half a microsecond. */
const fieldIndex = decodeTask.word;

/** Whether few enough rows read each key for the kernel without packing, all by the same runs of keys. Backward recovers weights from scores that it
 *  computes anew, and this kernel sums products in another order. */
export function isDecode(shapes: PlanShape, call: Call, tiles: TilePlan): boolean {
  if (call.backwardFollows) return false;
  const [, heads, queries] = call.query.shape;
  const keyHeads = call.key.shape[1];
  if (shapes.strip === null || (heads / keyHeads) * queries > mostStripRows) return false;
  return queries <= tiles.queryBlock && (heads === keyHeads || (call.blockMask?.heads ?? 1) === 1);
}

/** A call with few rows: every key head's keys in chunks, each a task, whose partial results are merged row by row. */
export function decodeCall(
  heap: Heap,
  borrowed: Borrowed,
  plan: Plan,
  call: Call,
  tiles: TilePlan,
  placed: PlacedCall,
  runner: StripRunner,
): void {
  const [batch, heads, queries] = call.query.shape;
  const keyHeads = call.key.shape[1];
  const group = heads / keyHeads;
  const rowBytes = partialBytes(plan.valueDim);
  const chunk = chunkKeys(
    batch * keyHeads,
    call.keyLengths.reduce((most, length) => Math.max(most, length), 0),
  );
  const chunkLists = new Map<number, readonly RunList[]>();
  const chunksOf = (b: number, head: number): readonly RunList[] => {
    const runs = tiles.runs(b, head, 0);
    // an empty list has the address of the next one
    if (runs.count === 0) return [];
    let chunks = chunkLists.get(runs.address);
    if (!chunks) chunkLists.set(runs.address, (chunks = cutIntoChunks(heap, borrowed, runs, chunk)));
    return chunks;
  };

  const strips: { b: number; keyHead: number; rows: number; chunks: readonly RunList[]; partial: number }[] = [];
  let count = 0;
  for (let b = 0; b < batch; b++) {
    for (let keyHead = 0; keyHead < keyHeads; keyHead++) {
      const rows = group * call.queryLengths[b];
      const chunks = rows > 0 ? chunksOf(b, keyHead * group) : [];
      if (chunks.length === 0) continue;
      strips.push({ b, keyHead, rows, chunks, partial: borrowed.allocate(chunks.length * rows * rowBytes) });
      count += chunks.length;
    }
  }

  const rowCount = batch * heads * queries;
  const tasks = borrowed.allocate(count * decodeTask.bytes);
  const sinks = borrowed.allocate(rowCount * 4);
  const words = heap.i32;
  const floats = heap.f32;
  floats.fill(0, placed.output / 4, placed.output / 4 + rowCount * plan.valueDim);
  floats.fill(0, placed.totals / 4, placed.totals / 4 + rowCount);
  floats.fill(-Infinity, placed.maxima / 4, placed.maxima / 4 + rowCount);
  for (let row = 0; row < rowCount; row++) {
    const sink = call.sinks ? at(call.sinks, Math.floor(row / queries) % heads) : 0;
    floats[sinks / 4 + row] = sink / placed.units.score;
  }
  const { query, key, keyScales, value, valueScales } = placed;
  let task = tasks / 4;
  let pairs = 0;
  for (const { b, keyHead, rows, chunks, partial } of strips) {
    const first = task;
    words[first + fieldIndex.call] = placed.record;
    words[first + fieldIndex.query] = rowAddress(query, b, keyHead * group);
    words[first + fieldIndex.queryStride] = query.strides[2];
    words[first + fieldIndex.headStride] = query.strides[1];
    words[first + fieldIndex.key] = rowAddress(key, b, keyHead);
    words[first + fieldIndex.keyStride] = key.strides[2];
    words[first + fieldIndex.keyScales] = rowAddress(keyScales, b, keyHead);
    words[first + fieldIndex.value] = rowAddress(value, b, keyHead);
    words[first + fieldIndex.valueStride] = value.strides[2];
    words[first + fieldIndex.valueScales] = rowAddress(valueScales, b, keyHead);
    words[first + fieldIndex.rows] = rows;
    words[first + fieldIndex.queries] = call.queryLengths[b];
    words[first + fieldIndex.firstQuery] = call.queryOffsets[b];
    words[first + fieldIndex.batch] = b;
    words[first + fieldIndex.head] = keyHead * group;
    floats[first + fieldIndex.queryScale] = placed.units.queryScale;
    floats[first + fieldIndex.unit] = placed.units.score * Math.LOG2E;
    for (const [index, runs] of chunks.entries()) {
      // tasks of a strip differ in their chunk only
      if (index > 0) words.copyWithin(task, first, first + decodeTask.bytes / 4);
      words[task + fieldIndex.partial] = partial + index * rows * rowBytes;
      words[task + fieldIndex.runs] = runs.address;
      words[task + fieldIndex.runCount] = runs.count;
      task += decodeTask.bytes / 4;
      pairs += rows * chunk;
    }
  }
  runner.decode(tasks, count, pairs * (plan.headDim + plan.valueDim));

  for (const { b, keyHead, rows, chunks, partial } of strips) {
    // a head's rows follow one another in the output; those of the next head do where there is no padding between
    const together = call.queryLengths[b] === queries ? rows : call.queryLengths[b];
    for (let row = 0; row < rows; row += together) {
      const index = (b * heads + keyHead * group + row / call.queryLengths[b]) * queries;
      runner.merge(
        partial + row * rowBytes,
        chunks.length,
        rows * rowBytes,
        together,
        placed.output + index * plan.valueDim * 4,
        placed.maxima + index * 4,
        placed.totals + index * 4,
        sinks + index * 4,
        placed.units.score * Math.LOG2E,
      );
    }
  }
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
