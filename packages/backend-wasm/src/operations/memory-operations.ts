import { type BlockOperations, checkCopy, checkGather, checkQuantize, checkRows } from "@fovea/block-operations";
import { checkIds, embed } from "@fovea/embedding";
import {
  cast,
  dequantizeRows,
  isContiguous,
  isQuantized,
  quantizeRows,
  reshape,
  size,
  slice,
  type Tensor,
  transpose,
} from "@fovea/tensor";
import { holdsRows, isLive, liveQuantized, liveRows } from "../memory/live-rows.ts";
import { allocateTensor, writeTensor } from "../memory/wasm-tensor.ts";
import type { OperationEngine, OperationsHost } from "./operation-engine.ts";
import { addCopyTasks } from "./operation-tasks.ts";
import { isDenseRows, moveTasks } from "./move-tasks.ts";
import { livesIn, placeTensor, sizeOf } from "./placed-rows.ts";
import { operationOffset, operationTaskBytes } from "../records/task.ts";
import { borrow } from "../steps/step-recorder.ts";

type MemoryOperations = Pick<
  BlockOperations,
  | "gatherRows"
  | "copyRows"
  | "clear"
  | "quantizeRows"
  | "quantized"
  | "dequantizeRows"
  | "reshape"
  | "transpose"
  | "slice"
  | "rowsOf"
  | "contiguous"
>;

/** Operations that bring numbers from one place to another, or only look at them otherwise. What kernels have no form for (rounding to 8 and 16 bits)
 *  JavaScript does in the memory. */
export function createMemoryOperations(host: OperationsHost, engine: OperationEngine): MemoryOperations {
  const { heap } = host;
  const contiguous = (x: Tensor): Tensor => {
    host.check();
    if (isContiguous(x)) return x;
    return engine.calculate(x, x.shape, (borrowed, target) => {
      const source = placeTensor(heap, borrowed, x);
      engine.run(borrowed, sizeOf(x.shape), (tasks) => addCopyTasks(tasks, source, target));
    });
  };
  /** A result that JavaScript computes, in the memory where its operand lies there. */
  const compute = (x: Tensor, shape: readonly number[], dtype: "float32" | "int8", from: () => Tensor): Tensor => {
    const borrowed = borrow(heap);
    if (!borrowed.isRecorded && !livesIn(heap, x)) return from();
    const target = allocateTensor(heap, shape, dtype);
    if (isLive(x)) borrowed.beforeRuns(holdsRows(x));
    borrowed.fill(() => writeTensor(target, from()));
    borrowed.free();
    return target;
  };

  return {
    contiguous,
    gatherRows(table, ids) {
      host.check();
      const rows = checkGather(table, ids);
      const columns = table.shape[1];
      const shape = [...ids.shape, columns];
      if (table.dtype !== "float32" || !livesIn(heap, table)) {
        return compute(table, shape, "float32", () => embed(table, ids));
      }
      return engine.calculate(table, shape, (borrowed, target) => {
        const source = placeTensor(heap, borrowed, table);
        const [rowStride, columnStride] = source.strides;
        const address = engine.run(borrowed, rows.length * columns, (tasks) => {
          for (let place = 0; place < rows.length; place++) {
            tasks.add("copy", {
              source: source.address + rows[place] * rowStride,
              sourceStride: 0,
              target: target.address + place * columns * 4,
              targetStride: 0,
              rows: 1,
              columns,
              columnStride,
            });
          }
        });
        borrowed.beforeRuns((ints) => {
          const now = checkIds("gatherRows", ids, table.shape[0]);
          for (let place = 0; place < now.length; place++) {
            ints[(address + place * operationTaskBytes + operationOffset("copy", "source")) / 4] =
              source.address + now[place] * rowStride;
          }
          return true;
        });
      });
    },
    copyRows(source, target) {
      host.check();
      checkCopy(source, target);
      const borrowed = borrow(heap);
      try {
        const direct = source.dtype === target.dtype && livesIn(heap, source) && livesIn(heap, target);
        if (direct && isDenseRows(source) && isDenseRows(target)) {
          moveTasks(engine, borrowed, source, target);
        } else {
          borrowed.fill(() => writeTensor(target, cast(source, target.dtype)));
        }
      } finally {
        borrowed.free();
      }
    },
    clear(x) {
      host.check();
      const borrowed = borrow(heap);
      borrowed.fill(() => x.data.fill(0, x.offset, x.offset + size(x)));
      borrowed.free();
    },
    quantizeRows(x) {
      host.check();
      checkQuantize(x);
      const scalesShape = [...x.shape.slice(0, -1), 1];
      let scales: Tensor | null = null;
      const multiples = compute(x, x.shape, "int8", () => {
        const rounded = quantizeRows(x);
        scales = rounded.scales;
        return rounded;
      });
      return { multiples, scales: compute(x, scalesShape, "float32", () => reshape(scales!, scalesShape)) };
    },
    quantized: liveQuantized,
    dequantizeRows(x) {
      host.check();
      return isQuantized(x) ? compute(x, x.shape, "float32", () => dequantizeRows(x)) : x;
    },
    reshape: (x, shape) => reshape(livesIn(heap, x) ? contiguous(x) : x, shape),
    transpose: (x, axes) => transpose(x, axes),
    slice: (x, ranges) => slice(x, ranges),
    rowsOf(x, range) {
      checkRows(x, range);
      return liveRows(x, range);
    },
  };
}
