import type { Heap } from "../memory/heap.ts";
import { taskBytes, taskOffset } from "./layout.ts";

/** Puts the tasks with most visible pairs first, so that threads finish together; equal ones stay as they were.
 *  @returns visible pairs of all tasks, those of partial blocks counted whole */
export function orderTasks(heap: Heap, tasks: number, count: number): number {
  const words = heap.i32;
  const stride = taskBytes / 4;
  const field = (task: number, offset: number): number => words[(tasks + offset) / 4 + task * stride];
  const pairs = new Float64Array(count);
  let total = 0;
  let descending = true;
  for (let task = 0; task < count; task++) {
    // words are signed, addresses are not
    const runs = (field(task, taskOffset("runs")) >>> 0) / 4;
    let keys = 0;
    for (let run = 0; run < field(task, taskOffset("runCount")); run++)
      keys += words[runs + run * 3 + 1] - words[runs + run * 3];
    pairs[task] = keys * field(task, taskOffset("rows"));
    total += pairs[task];
    if (task > 0 && pairs[task] > pairs[task - 1]) descending = false;
  }
  if (!descending) {
    const before = words.slice(tasks / 4, tasks / 4 + count * stride);
    const order = Array.from(pairs.keys()).sort((a, b) => pairs[b] - pairs[a]);
    for (const [to, from] of order.entries()) {
      words.set(before.subarray(from * stride, (from + 1) * stride), tasks / 4 + to * stride);
    }
  }
  return total;
}
