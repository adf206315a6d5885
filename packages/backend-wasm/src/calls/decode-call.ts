import type { Call, Plan } from "@fovea/dot-product-attention";
import { at } from "@fovea/tensor";
import { decodeTask, mergeTask, partialBytes } from "../decode/decode-layout.ts";
import type { Heap } from "../memory/heap.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { rowAddress } from "../memory/operand.ts";
import type { PlanShape } from "./plan-modules.ts";
import type { TilePlan } from "../records/run-lists.ts";
import { renewDecode } from "./renew-decode.ts";
import type { PlacedCall } from "./placed-call.ts";
import { chunkOf, cutAll, type Strip } from "./strips.ts";

/** How a call with few rows is run. */
export interface StripRunner {
  /** @param work multiplications, roughly */
  decode(tasks: number, count: number, work: number): void;
  merge(tasks: number, count: number): void;
}

/** Written word by word: there is a task for each key head and chunk at every token, and `RecordLayout.write` takes half a microsecond. */
const fieldIndex = decodeTask.word;

/** A call with few rows: every key head's keys in chunks, each a task, whose partial results are merged row by row.
 *  @param lists where the runs of keys are written, which a recorded step writes anew at each run */
export function decodeCall(
  heap: Heap,
  borrowed: Borrowed,
  lists: Borrowed,
  plan: Plan,
  module: PlanShape,
  call: Call,
  tiles: TilePlan,
  placed: PlacedCall,
  runner: StripRunner,
): void {
  const [batch, heads, queries] = call.query.shape;
  const keyHeads = call.key.shape[1];
  const group = heads / keyHeads;
  const rowBytes = partialBytes(plan.valueDim);
  const chunk = chunkOf(call);
  const strips: Strip[] = [];
  let count = 0;
  let together = 0;
  const chunksOf = cutAll(heap, lists, tiles, chunk);
  for (let b = 0; b < batch; b++) {
    for (let keyHead = 0; keyHead < keyHeads; keyHead++) {
      const rows = group * call.queryLengths[b];
      const chunks = rows > 0 ? chunksOf(b, keyHead * group) : [];
      if (chunks.length === 0) continue;
      strips.push({ b, keyHead, rows, chunks, partial: borrowed.allocate(chunks.length * rows * rowBytes) });
      count += chunks.length;
      // a head's rows follow one another in the output; those of the next head do where there is no padding between
      together += call.queryLengths[b] === queries ? 1 : group;
    }
  }

  const rowCount = batch * heads * queries;
  const tasks = borrowed.allocate(count * decodeTask.bytes);
  const merges = borrowed.allocate(together * mergeTask.bytes);
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
  let merge = merges;
  for (const { b, keyHead, rows, chunks, partial } of strips) {
    const together = call.queryLengths[b] === queries ? rows : call.queryLengths[b];
    for (let row = 0; row < rows; row += together) {
      const index = (b * heads + keyHead * group + row / call.queryLengths[b]) * queries;
      mergeTask.write(heap, merge, {
        partial: partial + row * rowBytes,
        chunks: chunks.length,
        stride: rows * rowBytes,
        rows: together,
        output: placed.output + index * plan.valueDim * 4,
        maxima: placed.maxima + index * 4,
        totals: placed.totals + index * 4,
        sinks: sinks + index * 4,
        unit: placed.units.score * Math.LOG2E,
      });
      merge += mergeTask.bytes;
    }
  }
  runner.decode(tasks, count, pairs * (plan.headDim + plan.valueDim));
  runner.merge(merges, together);
  if (borrowed.isRecorded) {
    borrowed.beforeRuns(renewDecode(heap, lists, { plan, module, call, placed, tasks, strips, chunk }));
  }
}
