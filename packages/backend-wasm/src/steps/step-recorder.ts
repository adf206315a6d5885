import { Borrowed } from "../memory/borrowed.ts";
import type { Heap } from "../memory/heap.ts";
import type { Moving } from "../memory/moving.ts";
import type { Launch } from "./launch.ts";

const taskChunk = 32768;

/** What a recorded step consists of: its blocks, which are not freed when a call ends, and in order what runs in them: kernels, and work that JavaScript
 *  does itself. Small launches of one kernel whose tasks follow one another are one. */
export class StepRecorder extends Borrowed {
  readonly #updates: ((ints: Int32Array) => boolean)[] = [];
  readonly #items: ((ints: Int32Array) => void)[] = [];
  readonly #moving: Moving[] = [];
  readonly #nested: Borrowed[] = [];
  readonly #heap: Heap;
  #latest: Launch | null = null;
  /** Where the next tasks go, and what is left there. */
  #tasks = 0;
  #room = 0;

  constructor(heap: Heap) {
    super(heap);
    this.#heap = heap;
  }

  override get isRecorded(): boolean {
    return true;
  }

  override allocateTasks(bytes: number): number {
    if (bytes > this.#room) {
      this.#room = Math.max(bytes, taskChunk);
      this.#tasks = this.allocate(this.#room);
    }
    const address = this.#tasks;
    this.#tasks += bytes;
    this.#room -= bytes;
    return address;
  }

  override again(work: () => void): void {
    this.#close();
    this.#items.push(work);
  }

  override nested(): Borrowed {
    const blocks = new Borrowed(this.#heap);
    this.#nested.push(blocks);
    return blocks;
  }

  override beforeRuns(update: (ints: Int32Array) => boolean): void {
    this.#updates.push(update);
  }

  override placeMoving(moving: Moving): void {
    this.#moving.push(moving);
  }

  override takeMoving(): readonly Moving[] {
    return this.#moving.splice(0);
  }

  override ran(launch: Launch): void {
    const { kernel, entry, tasks, count, work, taskBytes } = launch;
    if (count === 0) return;
    const before = this.#latest;
    const follows =
      before !== null &&
      taskBytes !== undefined &&
      before.kernel === kernel &&
      before.entry === entry &&
      before.tasks + before.count * taskBytes === tasks &&
      kernel.isSmall(before.count, before.work) &&
      kernel.isSmall(count, work);
    if (follows) {
      // together they are no more worth sharing than each alone: later tasks wait for earlier ones
      this.#latest = { ...before, count: before.count + count, work: 0 };
    } else {
      this.#close();
      this.#latest = launch;
    }
  }

  override free(): void {
    this.#close();
  }

  /** Frees the blocks. */
  release(): void {
    for (const blocks of this.#nested) blocks.free();
    super.free();
  }

  /** @returns false, with nothing computed, where an update finds other sizes */
  run(): boolean {
    let ints = this.#heap.i32;
    for (const update of this.#updates) {
      // whoever takes memory may move it
      if (ints.length === 0) ints = this.#heap.i32;
      if (!update(ints)) return false;
    }
    for (const item of this.#items) {
      if (ints.length === 0) ints = this.#heap.i32;
      item(ints);
    }
    return true;
  }

  #close(): void {
    const launch = this.#latest;
    if (!launch) return;
    this.#latest = null;
    const { kernel, entry, tasks, count, work, scratchBytes } = launch;
    if (kernel.isSmall(count, work)) this.#items.push(kernel.launcher(entry, tasks, count, scratchBytes));
    else this.#items.push(() => kernel.run(entry, tasks, count, work, scratchBytes));
  }
}

/** The step that is being recorded in a memory, if one is. */
const recording = new WeakMap<Heap, StepRecorder>();

/** Blocks for one call: its own, or those of the step that is being recorded. */
export const borrow = (heap: Heap): Borrowed => recording.get(heap) ?? new Borrowed(heap);

/** Runs `body` with every call recorded. */
export function recordInto<R>(heap: Heap, step: StepRecorder, body: () => R): R {
  recording.set(heap, step);
  try {
    return body();
  } finally {
    recording.delete(heap);
    step.free();
  }
}

export const isRecording = (heap: Heap): boolean => recording.has(heap);
