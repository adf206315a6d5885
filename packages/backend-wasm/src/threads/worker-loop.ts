/** Words of the memory in which the main thread and its workers meet: a SharedArrayBuffer of its own, seen as ints. */
export const controlWords = {
  /** Number of the present job; workers sleep on it. */
  job: 0,
  /** Threads at work beside the main one; with `gateClosed` added nobody may join any more. */
  gate: 1,
  /** Workers that have started. */
  ready: 2,
  /** Set when a worker's kernel failed. */
  failed: 3,
  /** The job: which kernel, where its bytes are, which of its exports, and what that is called with. */
  kernel: 4,
  bytes: 5,
  length: 6,
  entry: 7,
  tasks: 8,
  count: 9,
  next: 10,
  scratch: 11,
  scratchStride: 12,
} as const;

export const controlBytes: number = 64;
export const gateClosed: number = -0x80000000;

/** What a worker is started with. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array;
  readonly words: typeof controlWords;
  readonly gateClosed: number;
  /** 1 for the first worker: its scratch memory lies that many strides behind the main thread's. */
  readonly index: number;
  readonly maximumKernels: number;
}

/** A worker's life: sleep until there is a job, take tasks of it until none is left. It never returns; its owner terminates it.
 *
 *  Kernels come as bytes in the shared memory, since a thread that sleeps in `Atomics.wait` receives no messages.
 *  Workers also start from this function's text, `workerSource`, which a test holds against it; so it uses nothing from outside itself. */
export function serveTasks(start: WorkerStart): never {
  const { memory, control, words, gateClosed, index, maximumKernels } = start;
  const kernels = new Map<number, WebAssembly.Instance>();
  let seen = Atomics.load(control, words.job);
  Atomics.add(control, words.ready, 1);
  for (;;) {
    Atomics.wait(control, words.job, seen);
    seen = Atomics.load(control, words.job);
    if ((Atomics.add(control, words.gate, 1) & gateClosed) === 0) {
      try {
        const id = control[words.kernel];
        let kernel = kernels.get(id);
        if (!kernel) {
          // words are signed, addresses are not
          const first = control[words.bytes] >>> 0;
          const end = first + control[words.length];
          // An engine may take a moment until a worker sees that the memory has grown.
          while (memory.buffer.byteLength < end);
          const bytes = new Uint8Array(memory.buffer).slice(first, end);
          kernel = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
            fovea: { memory },
            Math: Math as object as WebAssembly.ModuleImports,
          });
          kernels.set(id, kernel);
          if (kernels.size > maximumKernels) kernels.delete(kernels.keys().next().value as number);
        }
        const run = Object.values(kernel.exports)[control[words.entry]] as (...numbers: readonly number[]) => void;
        const scratch = control[words.scratch] + index * control[words.scratchStride];
        run(control[words.tasks], control[words.count], control[words.next], scratch);
      } catch {
        Atomics.store(control, words.failed, 1);
      }
    }
    // the last one out wakes the main thread
    if (Atomics.sub(control, words.gate, 1) === gateClosed + 1) Atomics.notify(control, words.gate);
  }
}
