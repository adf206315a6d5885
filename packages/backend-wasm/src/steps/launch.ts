import type { LoadedKernel } from "../threads/threads.ts";

/** One run of a kernel over tasks in memory. */
export interface Launch {
  readonly kernel: LoadedKernel;
  readonly entry: string;
  readonly tasks: number;
  readonly count: number;
  /** Multiplications, roughly. */
  readonly work: number;
  readonly scratchBytes?: number;
  /** Bytes of a task, where launches of tasks that follow one another may become one. */
  readonly taskBytes?: number;
}
