import { type Call, type Forward, normalizerTraits, type Plan } from "@fovea/dot-product-attention";
import { at, tensor, type Tensor, type TensorData } from "@fovea/tensor";
import { writeCallRecord } from "../records/call-record.ts";
import { decodeCall, type StripRunner } from "./decode-call.ts";
import { isDecode } from "./strips.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import type { Heap } from "../memory/heap.ts";
import { takeOut } from "../memory/take-out.ts";
import { forwardTask } from "../records/layout.ts";
import { Records } from "../records/records.ts";
import { axisOrder, place, placeResult, placeScales, rowAddress } from "../memory/operand.ts";
import type { PlanShape } from "./plan-modules.ts";
import { type RunList, readRuns, writeRunLists } from "../records/run-lists.ts";
import { keysOf, SharedRuns } from "../records/shared-runs.ts";
import { scoreUnits } from "./score-units.ts";
import { tileHeight } from "../products/tile-height.ts";
import { allocateTensor } from "../memory/wasm-tensor.ts";

/** Runs the tasks at `address`, each with so many visible pairs, on however many threads there are, each with so much scratch memory. */
type RunTasks = (address: number, pairs: readonly number[], scratchBytes: number) => void;

/** The exports of a plan's modules. */
export interface ForwardRunner extends StripRunner {
  readonly runTasks: RunTasks;
  /** That share the tasks, at most. */
  readonly threads: number;
}

/** One forward call: operands placed, tiles cut, tasks run, results brought to where the query lives. A recorded one has few rows, see `isDecode`. */
export function forwardCall(
  heap: Heap,
  borrowed: Borrowed,
  plan: Plan,
  shapes: PlanShape,
  runner: ForwardRunner,
  call: Call,
): Forward {
  const [batch, heads, queries] = call.query.shape;
  const keyHeads = call.key.shape[1];
  const rows = batch * heads * queries;
  const softmax = normalizerTraits[plan.normalizer].remembers === "logSumExp";
  const resident = borrowed.isRecorded || call.query.data.buffer === heap.memory.buffer;
  const results: { dispose(): void }[] = [];
  try {
    const query = place(heap, borrowed, call.query);
    const key = place(heap, borrowed, call.key);
    const value = place(heap, borrowed, call.value);
    const keyScales = placeScales(heap, borrowed, call.key);
    const valueScales = placeScales(heap, borrowed, call.value);
    const totals = borrowed.allocate(rows * 4);
    const maxima = borrowed.allocate(rows * 4);
    const record = writeCallRecord(heap, borrowed, shapes.layout, call);
    const decodes = isDecode(shapes, call);
    const order = resident && !decodes ? axisOrder(call.query) : undefined;
    const output = allocateTensor(heap, [batch, heads, queries, plan.valueDim], "float32", { order });
    results.push(output);

    const units = scoreUnits(plan, call.scale);
    if (decodes) {
      const lists = borrowed.nested();
      const tiles = writeRunLists(heap, lists, call, plan.mask);
      const placed = {
        query,
        key,
        keyScales,
        value,
        valueScales,
        output: output.address,
        totals,
        maxima,
        record,
        units,
      };
      decodeCall(heap, borrowed, lists, plan, shapes, call, tiles, placed, runner);
    } else {
      const tiles = writeRunLists(heap, borrowed, call, plan.mask);
      const placedOutput = placeResult(output);
      // the taller a tile, the more rows use what it packs; but every thread should have some. No bit depends on it.
      const queryTile = Math.min(shapes.shape.queryTile, Math.max(1, Math.ceil(rows / (2 * runner.threads))));
      const { microRows } = shapes.shape;
      const { queryBlock } = tiles;
      // Blocks of whole groups of rows may share a task, and what it packs.
      const wholeRow = shapes.tileBytes > 0;
      const shares = !wholeRow && queryBlock % microRows === 0 && queryBlock <= queryTile;
      const height = shares ? queryTile - (queryTile % queryBlock) : Math.min(queryTile, queryBlock);
      const most =
        batch *
        heads *
        (shares ? 1 : Math.ceil(queries / queryBlock)) *
        Math.ceil((shares ? queries : Math.min(queryBlock, queries)) / height);
      const tasks = new Records(heap, borrowed, forwardTask, most);
      const pairs: number[] = [];
      const shared = new SharedRuns(heap, borrowed, tiles);
      let mostTiles = 0;
      // Rows past a batch element's length belong to no task: they stay as they are set here.
      if (call.queryLengths.some((length) => length < queries)) {
        const floats = heap.f32;
        floats.fill(0, output.address / 4, output.address / 4 + rows * plan.valueDim);
        floats.fill(0, totals / 4, totals / 4 + rows);
        floats.fill(-Infinity, maxima / 4, maxima / 4 + rows);
      }
      for (let b = 0; b < batch; b++) {
        for (let head = 0; head < heads; head++) {
          const keyHead = Math.floor((head * keyHeads) / heads);
          for (let first = 0; first < call.queryLengths[b];) {
            const blockRow = Math.floor(first / queryBlock);
            const length = call.queryLengths[b];
            const end = shares
              ? first + tileHeight(length - first, height, queryBlock)
              : first + tileHeight(Math.min((blockRow + 1) * queryBlock, length) - first, height, microRows);
            const runs = tiles.runs(b, head, blockRow);
            const seen = wholeRow
              ? { runs, pairs: (end - first) * keysOf(heap.i32, runs) }
              : shared.of(b, head, first, end);
            if (wholeRow) mostTiles = Math.max(mostTiles, keyTiles(heap.i32, runs, shapes.shape.keyTile));
            const row = (b * heads + head) * queries + first;
            tasks.add({
              call: record,
              query: rowAddress(query, b, head, first),
              queryStride: query.strides[2],
              key: rowAddress(key, b, keyHead),
              keyStride: key.strides[2],
              keyScales: rowAddress(keyScales, b, keyHead),
              value: rowAddress(value, b, keyHead),
              valueStride: value.strides[2],
              valueScales: rowAddress(valueScales, b, keyHead),
              output: rowAddress(placedOutput, b, head, first),
              outputStride: placedOutput.strides[2],
              logSumExp: totals + row * 4,
              rowMaximum: maxima + row * 4,
              threshold: 0,
              rows: end - first,
              firstQuery: call.queryOffsets[b] + first,
              batch: b,
              head,
              sink: (call.sinks ? at(call.sinks, head) : 0) / units.score,
              runs: seen.runs.address,
              runCount: seen.runs.count,
              blocks: tiles.startAt(b, head, blockRow),
              firstRows: Math.min((blockRow + 1) * queryBlock, end) - first,
              blockRows: queryBlock,
              queryScale: units.queryScale,
              unit: units.score * Math.LOG2E,
            });
            pairs.push(seen.pairs);
            first = end;
          }
        }
      }
      runner.runTasks(tasks.address(0), pairs, shapes.shape.bytes + mostTiles * shapes.tileBytes);
    }

    const shape = [batch, heads, queries];
    // Kernels leave each row's largest score, and softmax the sum of exponentials of what others lie below it, kernels by rows the threshold's
    // distance from it. In float64 the score in the kernel's units can be found again.
    const rowMaximum = new Float64Array(rows);
    const statistic = new Float64Array(rows);
    const after = heap.f32;
    for (let row = 0; row < rows; row++) {
      const maximum = after[maxima / 4 + row] * units.score;
      const total = after[totals / 4 + row];
      // A total that is NaN without an infinite score stems from a score that is NaN.
      rowMaximum[row] = Number.isNaN(total) && maximum !== Infinity ? NaN : maximum;
      statistic[row] = total;
    }
    const ofRows = (values: TensorData): Tensor => tensor(values, { shape });
    const logSumExp = (): Tensor =>
      ofRows(Float32Array.from(rowMaximum, (maximum, row) => maximum + Math.log(statistic[row])));
    const result = {
      output: resident ? output : takeOut(heap, output),
      rowMaximum: ofRows(rowMaximum),
      rowTotal: softmax ? ofRows(statistic) : null,
      threshold: shapes.tileBytes > 0 ? ofRows(statistic) : null,
      logSumExp: softmax && call.returnLogSumExp ? logSumExp() : null,
    };
    if (resident) results.length = 0;
    return result;
  } finally {
    borrowed.free();
    for (const tensor of results) tensor.dispose();
  }
}

/** Key tiles of a task: every run has its own. */
function keyTiles(words: Int32Array, runs: RunList, keyTile: number): number {
  return readRuns(words, runs).reduce((tiles, { first, end }) => tiles + Math.ceil((end - first) / keyTile), 0);
}
