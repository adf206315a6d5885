import { expect, test } from "vitest";
import { Heap } from "../memory/heap.ts";
import { taskBytes, taskOffset } from "./layout.ts";
import { orderTasks } from "./order-tasks.ts";

test("tasks with more visible pairs come first, equal ones in their order", () => {
  const heap = new Heap();
  const tasks = heap.allocate(4 * taskBytes);
  const runs = heap.allocate(6 * 4);
  heap.i32.set([0, 10, 1, 20, 25, 0], runs / 4);
  const task = (index: number, fields: { rows: number; runs: number; runCount: number; head: number }): void => {
    for (const [name, value] of Object.entries(fields)) {
      heap.i32[(tasks + index * taskBytes + taskOffset(name as "rows")) / 4] = value;
    }
  };
  task(0, { rows: 2, runs, runCount: 1, head: 0 });
  task(1, { rows: 2, runs, runCount: 2, head: 1 });
  task(2, { rows: 4, runs: runs + 12, runCount: 1, head: 2 });
  task(3, { rows: 96, runs, runCount: 0, head: 3 });
  expect(orderTasks(heap, tasks, 4)).toBe(2 * 10 + 2 * 15 + 4 * 5);
  const heads = [0, 1, 2, 3].map((index) => heap.i32[(tasks + index * taskBytes + taskOffset("head")) / 4]);
  expect(heads).toEqual([1, 0, 2, 3]);
});
