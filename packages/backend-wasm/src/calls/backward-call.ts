import { Borrowed } from "../memory/borrowed.ts";
import type { Call, Forward, Gradients, Plan } from "@fovea/dot-product-attention";
import { cast, type Tensor } from "@fovea/tensor";
import {
  backwardTask,
  backwardTile,
  type BackwardTileField,
  type MergeField,
  mergeTask,
  partBytes,
} from "../backward/backward-layout.ts";
import type { BackwardModule } from "./backward-module.ts";
import { writeCallRecord } from "../records/call-record.ts";
import { type BackwardChunk, cutBackward } from "./cut-backward.ts";
import type { Heap } from "../memory/heap.ts";
import { takeOut } from "../memory/take-out.ts";
import { axisOrder, place, placeResult, rowAddress } from "../memory/operand.ts";
import { Records } from "../records/records.ts";
import { sinkGradients, writeRowStatistics } from "./row-statistics.ts";
import { writeRunLists } from "../records/run-lists.ts";
import { scoreUnits } from "./score-units.ts";
import { createTableSums, type TaskPlace } from "../records/table-sums.ts";
import { allocateTensor, type WasmTensor } from "../memory/wasm-tensor.ts";

/** Rows that a block should have, of which tiles are cut. */
const blockHeight = 192;

/** Runs `count` tasks at `address` through an export of the backward module, on however many threads there are.
 *  @param work multiplications, roughly */
export type RunBackward = (entry: "backward" | "merge", address: number, count: number, work: number) => void;

/** Keys in one merge task. */
const mergeKeys = 512;

/** One backward call: operands placed, tiles cut into tasks, their sums merged, gradients brought to where the query lives. */
export function backwardCall(
  heap: Heap,
  plan: Plan,
  module: BackwardModule,
  run: RunBackward,
  call: Call,
  forward: Forward,
  outputGradient: Tensor,
): Gradients {
  const [batch, , queries, headDim] = call.query.shape;
  const [, keyHeads, keys, valueDim] = call.value.shape;
  const heads = call.query.shape[1];
  const rows = batch * heads * queries;
  const resident = call.query.data.buffer === heap.memory.buffer;
  const float64 = [plan.queryType, plan.keyType, plan.valueType].includes("float64");
  const borrowed = new Borrowed(heap);
  const results: WasmTensor[] = [];
  try {
    const query = place(heap, borrowed, call.query);
    const key = place(heap, borrowed, call.key);
    const value = place(heap, borrowed, call.value);
    const output = place(heap, borrowed, inFloat32(forward.output));
    const upstream = place(heap, borrowed, inFloat32(outputGradient));
    for (const operand of [call.query, call.key, call.value]) {
      results.push(
        allocateTensor(heap, operand.shape, "float32", { order: resident ? axisOrder(operand) : undefined }),
      );
    }
    const [queryGradient, keyGradient, valueGradient] = results.map(placeResult);
    const record = writeCallRecord(heap, borrowed, module.layout, call);
    const runLists = writeRunLists(heap, borrowed, call, plan.mask, blockHeight);
    const shifts = borrowed.allocate(rows * 4);
    const factors = borrowed.allocate(rows * 4);
    const means = borrowed.allocate(rows * 4);
    const { chunks, most } = cutBackward(heap, call, module.shape, runLists);
    const tableSums = createTableSums(heap, borrowed, plan, call, { batch, keyHeads, chunks: most });
    const sums = chunks.map((chunk) => {
      const width = chunk.endKey - chunk.firstKey;
      const bytes = width * (headDim + valueDim) * 4;
      return { chunk, address: borrowed.allocate(bytes), bytes, valuesAt: width * headDim * 4 };
    });
    const tileCount = chunks.reduce((count, { tiles }) => count + tiles.length, 0);
    const tiles = new Records(heap, borrowed, backwardTile, tileCount);
    const tasks = new Records(heap, borrowed, backwardTask, chunks.length);
    const parts = borrowed.allocate(chunks.length * partBytes);
    const merges = new Records(heap, borrowed, mergeTask, batch * keyHeads * Math.ceil(keys / mergeKeys));
    // Nothing is allocated below, so the views stay.
    heap.f32.fill(0, queryGradient.address / 4, queryGradient.address / 4 + rows * headDim);
    const units = scoreUnits(plan, call.scale);
    const ofRows = (address: number): Float32Array => heap.f32.subarray(address / 4, address / 4 + rows);
    writeRowStatistics(ofRows(shifts), ofRows(factors), plan, call, units, forward);

    const writeTile = (
      chunk: BackwardChunk,
      index: number,
      keySums: number,
      valueSums: number,
      tables: number,
    ): void => {
      const { batch: b, keyHead } = chunk;
      const { head, first, rows: tileRows, runs } = chunk.tiles[index];
      const row = (b * heads + head) * queries + first;
      const fields: Record<BackwardTileField, number> = {
        call: record,
        query: rowAddress(query, b, head, first),
        queryStride: query.strides[2],
        key: rowAddress(key, b, keyHead),
        keyStride: key.strides[2],
        value: rowAddress(value, b, keyHead),
        valueStride: value.strides[2],
        output: rowAddress(output, b, head, first),
        outputStride: output.strides[2],
        outputGradient: rowAddress(upstream, b, head, first),
        outputGradientStride: upstream.strides[2],
        queryGradient: rowAddress(queryGradient, b, head, first),
        queryGradientStride: queryGradient.strides[2],
        shifts: shifts + row * 4,
        factors: factors + row * 4,
        means: means + row * 4,
        keySums,
        valueSums,
        tables,
        rows: tileRows,
        firstQuery: call.queryOffsets[b] + first,
        batch: b,
        head,
        runs: runs.address,
        runCount: runs.count,
        queryScale: units.queryScale,
        scale: call.scale,
        unit: units.score * Math.LOG2E,
      };
      tiles.add(fields);
    };

    let done = 0;
    for (let turn = 0; turn < tableSums.turns; turn++) {
      let pairs = 0;
      for (const { chunk, address, bytes, valuesAt } of sums) {
        const place: TaskPlace = chunk;
        if (tableSums.turn(place) !== turn) continue;
        const firstTile = tiles.next;
        const tables = tableSums.list(place);
        const keySums = address - chunk.firstKey * headDim * 4;
        const valueSums = address + valuesAt - chunk.firstKey * valueDim * 4;
        for (const [index, tile] of chunk.tiles.entries()) {
          writeTile(chunk, index, keySums, valueSums, tables);
          pairs += tile.pairs;
        }
        tasks.add({ tiles: firstTile, tileCount: chunk.tiles.length, sums: address, sumBytes: bytes });
      }
      run("backward", tasks.address(done), tasks.count - done, pairs * (3 * headDim + 2 * valueDim));
      done = tasks.count;
    }

    const words = heap.i32;
    for (const [index, { chunk, address, valuesAt }] of sums.entries()) {
      const part = [
        address - chunk.firstKey * headDim * 4,
        address + valuesAt - chunk.firstKey * valueDim * 4,
        chunk.firstKey,
        chunk.endKey,
      ];
      words.set(part, (parts + index * partBytes) / 4);
    }
    let part = 0;
    for (let b = 0; b < batch; b++) {
      for (let keyHead = 0; keyHead < keyHeads; keyHead++) {
        const firstPart = part;
        while (part < chunks.length && chunks[part].batch === b && chunks[part].keyHead === keyHead) part += 1;
        for (let first = 0; first < keys; first += mergeKeys) {
          const fields: Record<MergeField, number> = {
            parts: parts + firstPart * partBytes,
            partCount: part - firstPart,
            firstKey: first,
            endKey: Math.min(first + mergeKeys, keys),
            keyGradient: rowAddress(keyGradient, b, keyHead),
            keyGradientStride: keyGradient.strides[2],
            valueGradient: rowAddress(valueGradient, b, keyHead),
            valueGradientStride: valueGradient.strides[2],
            scale: call.scale,
          };
          merges.add(fields);
        }
      }
    }
    run("merge", merges.address(0), merges.count, (headDim + valueDim) * batch * keyHeads * keys);

    const gradients = {
      tables: tableSums.finish(),
      sinks: call.sinks && sinkGradients(call.sinks, ofRows(means), call, forward),
    };
    const [q, k, v] = results.map((result) =>
      resident ? result : takeOut(heap, result, float64 ? "float64" : "float32"),
    );
    if (resident) results.length = 0;
    return { query: q, key: k, value: v, ...gradients };
  } finally {
    borrowed.free();
    for (const tensor of results) tensor.dispose();
  }
}

const inFloat32 = (source: Tensor): Tensor =>
  source.dtype === "float32" || source.dtype === "float64" ? source : cast(source, "float32");
