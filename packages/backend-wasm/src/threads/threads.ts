import { BackendError } from "../backend-error.ts";
import type { Heap } from "../memory/heap.ts";
import { type RunningWorker, startWorker } from "./start-worker.ts";
import { controlBytes, controlWords as words, gateClosed } from "./worker-loop.ts";

export interface ThreadOptions {
  /** The main thread included; more than 1 needs a heap that is shared. */
  readonly count: number;
  /** Where workers load their program from; null: from text. */
  readonly workerUrl?: string | URL | null;
  /** Kernels each worker keeps compiled. */
  readonly maximumKernels?: number;
  /** How long the main thread, out of work itself, waits for workers, in milliseconds; at least 20 × the time its own share took. */
  readonly patience?: number;
}

/** A kernel's module on every thread. */
export interface LoadedKernel {
  /** Of its module. */
  readonly bytes: number;
  /** Takes tasks `0 … count - 1` at address `tasks` through the module's export `entry(tasks, count, next, scratch)`.
   *  @param work multiplications, roughly: a little of it is done by the main thread alone
   *  @param scratchBytes what this run needs of each thread's scratch memory; default what the kernel was loaded with
   *  @throws {BackendError} when a worker failed or died; what it computed is then incomplete, and later runs use the main thread only */
  run(entry: string, tasks: number, count: number, work: number, scratchBytes?: number): void;
  /** Whether a run is too small to be shared. */
  isSmall(count: number, work: number): boolean;
  /** What runs so many tasks on the calling thread, again and again: one call into the module. It is given the memory as ints. */
  launcher(entry: string, tasks: number, count: number, scratchBytes?: number): (ints: Int32Array) => void;
  dispose(): void;
}

/** Where the scratch memory of the main thread is, and how far from one thread's to the next one's. */
interface Scratch {
  readonly address: number;
  readonly stride: number;
}

/** A run that workers take part in. */
interface TogetherRun {
  readonly tasks: number;
  readonly count: number;
  readonly helpers: number;
  readonly scratch: Scratch;
}

type Entry = (tasks: number, count: number, next: number, scratch: number) => void;

/** About 40 µs of one thread, which is what waking another costs. */
const worthwhileWork = 2 ** 20;
/** Bytes of scratch memory that each thread keeps at most; kernels take less unless head sizes are in the thousands. What a run needs more, such as the
 *  scores of whole rows over very many keys, is given back when the run ends. */
const mostKeptScratch = 2 ** 20;
/** Reads of the gate before the main thread goes to sleep, some 10 µs. */
const spins = 2000;

/** The main thread and its workers, which take tasks one by one from a common counter. Workers start with the first run that is large enough and
 *  take part as soon as they are up; nobody waits for them to start. Each thread has one scratch memory for all kernels, and runs that need more of it
 *  borrow. */
export class Threads {
  readonly count: number;
  readonly #heap: Heap;
  readonly #workerUrl: string | URL | null;
  readonly #maximumKernels: number;
  readonly #patience: number;
  readonly #control: Int32Array;
  readonly #next: number;
  #workers: RunningWorker[] | null = null;
  #alive = 0;
  #stopped = false;
  #kernels = 0;
  #scratch = 0;
  #scratchStride = 0;
  /** Bytes of each thread's scratch memory that kernels may have written since `scrub`. */
  #scratchUsed = 0;

  constructor(heap: Heap, { count, workerUrl = null, maximumKernels = 64, patience = 10_000 }: ThreadOptions) {
    this.count = count;
    this.#heap = heap;
    this.#workerUrl = workerUrl;
    this.#maximumKernels = maximumKernels;
    this.#patience = patience;
    this.#control = new Int32Array(count > 1 ? new SharedArrayBuffer(controlBytes) : new ArrayBuffer(controlBytes));
    this.#control[words.gate] = gateClosed;
    this.#next = heap.allocate(4);
  }

  /** Workers that are up. */
  get helpers(): number {
    return this.#stopped ? 0 : Math.min(Atomics.load(this.#control, words.ready), this.#alive);
  }

  /** Starts the workers and waits until each is up or has turned out not to be able to start. */
  async start(): Promise<void> {
    this.#startWorkers();
    while (!this.#stopped && this.helpers < this.#alive) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** @param scratchBytes what the module needs of each thread's scratch memory
   *  @throws {BackendError} when memory runs out, or the module is too large */
  load(bytes: Uint8Array<ArrayBuffer>, scratchBytes: number): LoadedKernel {
    const heap = this.#heap;
    const exports = compile(bytes, heap.memory);
    if (scratchBytes <= mostKeptScratch) this.#reserve(scratchBytes);
    const address = this.count > 1 ? heap.allocate(bytes.length) : 0;
    if (this.count > 1) heap.u8.set(bytes, address);
    const names = Object.keys(exports);
    this.#kernels += 1;
    const kernel = { id: this.#kernels, address, length: bytes.length };
    return {
      bytes: bytes.length,
      run: (name, tasks, count, work, runBytes = scratchBytes) => {
        if (count === 0) return;
        const entry = exports[name] as Entry;
        if (count > 1 && work >= worthwhileWork) this.#startWorkers();
        const helpers = count > 1 && work >= worthwhileWork ? Math.min(this.helpers, count - 1) : 0;
        // any of the workers may be among the helpers, and each finds its scratch memory by its own number
        this.#withScratch(runBytes, helpers === 0 ? 1 : this.count, (scratch) => {
          Atomics.store(heap.i32, this.#next / 4, 0);
          const own = (): void => entry(tasks, count, this.#next, scratch.address);
          if (helpers === 0) own();
          else this.#runTogether(kernel, names.indexOf(name), { tasks, count, helpers, scratch }, own);
        });
      },
      isSmall: (count, work) => this.count === 1 || count <= 1 || work < worthwhileWork,
      launcher: (name, tasks, count, runBytes = scratchBytes) => {
        this.#reserve(runBytes);
        const entry = exports[name] as Entry;
        const next = this.#next / 4;
        return (ints) => {
          ints[next] = 0;
          entry(tasks, count, this.#next, this.#scratch);
        };
      },
      dispose: () => {
        if (this.count > 1) heap.free(address);
      },
    };
  }

  /** Overwrites what kernels left in scratch memory with zeros. */
  scrub(): void {
    if (this.#scratchUsed === 0) return;
    const { u8 } = this.#heap;
    for (let thread = 0; thread < this.count; thread++) {
      const start = this.#scratch + thread * this.#scratchStride;
      u8.fill(0, start, start + this.#scratchUsed);
    }
    this.#scratchUsed = 0;
  }

  /** Ends the workers. What runs afterwards runs on the main thread. */
  dispose(): void {
    this.#stopped = true;
    for (const worker of this.#workers ?? []) worker.terminate();
    this.#workers = [];
  }

  #runTogether(
    kernel: { readonly id: number; readonly address: number; readonly length: number },
    entry: number,
    { tasks, count, helpers, scratch }: TogetherRun,
    own: () => void,
  ): void {
    const control = this.#control;
    control[words.failed] = 0;
    control[words.kernel] = kernel.id;
    control[words.bytes] = kernel.address;
    control[words.length] = kernel.length;
    control[words.entry] = entry;
    control[words.tasks] = tasks;
    control[words.count] = count;
    control[words.next] = this.#next;
    control[words.scratch] = scratch.address;
    control[words.scratchStride] = scratch.stride;
    Atomics.and(control, words.gate, ~gateClosed);
    Atomics.add(control, words.job, 1);
    Atomics.notify(control, words.job, helpers);
    const began = performance.now();
    try {
      own();
    } finally {
      // Who has not joined by now finds no task left; who has joined may still be at its last one.
      Atomics.or(control, words.gate, gateClosed);
      this.#waitForLast(Math.max(this.#patience, 20 * (performance.now() - began)));
    }
    if (Atomics.load(control, words.failed) !== 0) this.#fail("a kernel failed on a worker");
  }

  #waitForLast(patience: number): void {
    const control = this.#control;
    for (let spin = 0; spin < spins; spin++) if (Atomics.load(control, words.gate) === gateClosed) return;
    const deadline = performance.now() + patience;
    for (;;) {
      const gate = Atomics.load(control, words.gate);
      if (gate === gateClosed) return;
      const rest = deadline - performance.now();
      // A thread that has died cannot say so while this one blocks; nothing having ended for so long is the sign.
      if (rest <= 0)
        this.#fail(`${gate - gateClosed} of its workers did not come back within ${Math.round(patience)} ms`);
      if (mayBlock()) Atomics.wait(control, words.gate, gate, rest);
    }
  }

  #fail(what: string): never {
    this.dispose();
    throw new BackendError(
      `backend-wasm: ${what}; the results of this call are incomplete. Repeat it: the backend goes on with one thread.`,
    );
  }

  #startWorkers(): void {
    if (this.#workers !== null || this.count === 1 || this.#stopped) return;
    this.#workers = [];
    for (let index = 1; index < this.count; index++) {
      let counted = true;
      this.#alive += 1;
      const ended = (): void => {
        if (!counted) return;
        counted = false;
        this.#alive -= 1;
        if (this.#alive === 0 && !this.#stopped && Atomics.load(this.#control, words.ready) === 0) {
          console.warn(
            "@fovea/backend-wasm: running on one thread: its workers could not start. " +
              "Where a policy forbids workers from Blob URLs, pass workerUrl.",
          );
        }
      };
      const { memory } = this.#heap;
      const start = { memory, control: this.#control, words, gateClosed, index, maximumKernels: this.#maximumKernels };
      try {
        this.#workers.push(startWorker(start, this.#workerUrl, ended));
      } catch {
        ended();
      }
    }
  }

  /** Runs `use` with `bytes` of scratch memory for each of so many threads: what is kept, or borrowed for this run. */
  #withScratch(bytes: number, threads: number, use: (scratch: Scratch) => void): void {
    if (bytes <= this.#scratchStride) {
      this.#scratchUsed = Math.max(this.#scratchUsed, bytes);
      use({ address: this.#scratch, stride: this.#scratchStride });
      return;
    }
    const address = this.#heap.allocate(bytes * threads);
    try {
      use({ address, stride: bytes });
    } finally {
      this.#heap.free(address);
    }
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#scratchStride) return;
    const scratch = this.#heap.allocate(bytes * this.count);
    if (this.#scratch !== 0) this.#heap.free(this.#scratch);
    this.#scratch = scratch;
    this.#scratchStride = bytes;
  }
}

/** Engines take functions of up to about 7 MB; long before that, they take long. */
const mostKernelBytes = 2 ** 22;

/** @throws {BackendError} for a module that is too large, or that the engine does not take */
function compile(bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): WebAssembly.Exports {
  const advice = "Use a program with fewer instructions, or the reference backend.";
  if (bytes.length > mostKernelBytes) {
    throw new BackendError(
      `backend-wasm: expected a kernel of at most ${mostKernelBytes} bytes, got one of ${bytes.length}. ${advice}`,
    );
  }
  try {
    const imports = { fovea: { memory }, Math: Math as object as WebAssembly.ModuleImports };
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
  } catch (cause) {
    throw new BackendError(`backend-wasm: the engine does not take a kernel of ${bytes.length} bytes. ${advice}`, {
      cause,
    });
  }
}

let blocks: boolean | null = null;

/** Whether this thread may sleep: not so on a page's main thread, which has to look again and again instead. */
function mayBlock(): boolean {
  if (blocks === null) {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
      blocks = true;
    } catch {
      blocks = false;
    }
  }
  return blocks;
}
