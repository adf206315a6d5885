import type { Launch } from "../steps/launch.ts";
import type { Heap } from "./heap.ts";
import type { Moving } from "./moving.ts";

/** Blocks of one call, freed together when it ends, and what JavaScript writes into them. A recorded step keeps both: see `StepRecorder`. */
export class Borrowed {
  readonly #heap: Heap;
  readonly #addresses: number[] = [];

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Whether what is written here is kept, to be run again. */
  get isRecorded(): boolean {
    return false;
  }

  allocate(bytes: number): number {
    const address = this.#heap.allocate(bytes);
    this.#addresses.push(address);
    return address;
  }

  /** The same for tasks of block operations: those of a recorded step follow one another. */
  allocateTasks(bytes: number): number {
    return this.allocate(bytes);
  }

  /** Work that JavaScript does in the memory; a recorded step does it again at each run, in its turn. */
  fill(write: () => void): void {
    write();
    this.again(write);
  }

  /** Work that a recorded step does at each further run, in its turn. */
  again(work: () => void): void {
    void work;
  }

  /** Blocks that are given back before those of the call, to be borrowed anew at each run of a recorded step. */
  nested(): Borrowed {
    return this;
  }

  /** In a recorded step, before each further run: brings what was written up to date.
   *  @param update gets the memory as ints; returns false where sizes have changed */
  beforeRuns(update: (ints: Int32Array) => boolean): void {
    void update;
  }

  /** An operand that may move between the runs of a recorded step, until its tasks are known. */
  placeMoving(moving: Moving): void {
    void moving;
  }

  takeMoving(): readonly Moving[] {
    return [];
  }

  /** Told of every kernel that has been run on tasks in these blocks. */
  ran(launch: Launch): void {
    void launch;
  }

  free(): void {
    for (const address of this.#addresses) this.#heap.free(address);
    this.#addresses.length = 0;
  }
}
