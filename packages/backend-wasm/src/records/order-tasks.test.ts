import { expect, test } from "vitest";
import { Heap } from "../memory/heap.ts";
import { forwardTask } from "./layout.ts";
import { orderTasks } from "./order-tasks.ts";

test("tasks with more visible pairs come first, equal ones in their order", () => {
  const heap = new Heap();
  const tasks = heap.allocate(4 * forwardTask.bytes);
  const headAt = (task: number): number => (tasks + task * forwardTask.bytes + forwardTask.offset("head")) / 4;
  for (const head of [0, 1, 2, 3]) heap.i32[headAt(head)] = head;
  orderTasks(heap, tasks, [20, 30, 20, 0]);
  expect([0, 1, 2, 3].map((task) => heap.i32[headAt(task)])).toEqual([1, 0, 2, 3]);
});
