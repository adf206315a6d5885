import type { Heap } from "../memory/heap.ts";
import { forwardTask } from "./layout.ts";

/** Puts the tasks with most visible pairs first, so that threads finish together; equal ones stay as they were.
 *  @param pairs visible pairs of each task, those of partial blocks counted whole */
export function orderTasks(heap: Heap, tasks: number, pairs: readonly number[]): void {
  const words = heap.i32;
  const stride = forwardTask.bytes / 4;
  const count = pairs.length;
  const descending = pairs.every((own, task) => task === 0 || own <= pairs[task - 1]);
  if (!descending) {
    const before = words.slice(tasks / 4, tasks / 4 + count * stride);
    const order = Array.from(pairs.keys()).sort((a, b) => pairs[b] - pairs[a]);
    for (const [to, from] of order.entries()) {
      words.set(before.subarray(from * stride, (from + 1) * stride), tasks / 4 + to * stride);
    }
  }
}
