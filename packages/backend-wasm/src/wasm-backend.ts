import type { BlockOperations } from "@fovea/block-operations";
import {
  AttentionError,
  type Backend,
  type Call,
  checkDifferentiable,
  type Forward,
  type Kernel,
  type Plan,
} from "@fovea/dot-product-attention";
import { cast, checkOptions, clone, concatenateRows, isQuantized, sliceRows } from "@fovea/tensor";
import type { DType, OptionNames, Tensor } from "@fovea/tensor";
import { backwardCall } from "./calls/backward-call.ts";
import { type BackwardModule, backwardModule } from "./calls/backward-module.ts";
import { repeatForward } from "./calls/repeat-forward.ts";
import { isDecode } from "./calls/strips.ts";
import { BackendError } from "./backend-error.ts";
import { checkCompile } from "./check-compile.ts";
import { forwardCall, type ForwardRunner } from "./calls/forward-call.ts";
import { microRowsOf } from "./products/microkernel.ts";
import type { Borrowed } from "./memory/borrowed.ts";
import { Heap } from "./memory/heap.ts";
import { KernelCache, mostCachedBytes } from "./memory/kernel-cache.ts";
import { createWasmOperations } from "./operations/wasm-operations.ts";
import { orderTasks } from "./records/order-tasks.ts";
import { decodeModule, forwardModule, planShape } from "./calls/plan-modules.ts";
import { chooseSimd } from "./vectors/simd.ts";
import { takeFromScope } from "./memory/scope.ts";
import { threadCount } from "./threads/thread-count.ts";
import { type LoadedKernel, Threads } from "./threads/threads.ts";
import { recordStep } from "./steps/record-step.ts";
import { borrow, isRecording } from "./steps/step-recorder.ts";
import { allocateTensor, uploadTensor, type WasmTensor, withScales } from "./memory/wasm-tensor.ts";

export interface WasmBackendOptions {
  /** Most bytes the backend's memory may grow to; default 4 GiB. */
  readonly maximumBytes?: number;
  /** Kernels kept compiled; default 64. */
  readonly maximumKernels?: number;
  /** Fused multiply-add of relaxed SIMD; default: where the engine has it. */
  readonly relaxedSimd?: boolean;
  /** Kernels for vectors of 256 bits; default: whether `enableWideVectors` was called or the process started with V8's flag. Where the engine does not merge
   *  vectors, such kernels are right but slow: say `true` only where it is known to, as in a browser started with the flag. */
  readonly wideVectors?: boolean;
  /** Threads that share the work, the calling one included; default: one per processor, up to 8. Pages must be cross-origin isolated for more
   *  than one. Results do not depend on it. */
  readonly threads?: number;
  /** Where workers load their program from, for pages whose policy forbids workers from Blob URLs: the URL of a copy of the file
   *  `@fovea/backend-wasm/worker`. */
  readonly workerUrl?: string | URL;
}

const optionNames: OptionNames<WasmBackendOptions> = {
  maximumBytes: true,
  maximumKernels: true,
  relaxedSimd: true,
  wideVectors: true,
  threads: true,
  workerUrl: true,
};

export interface WasmBackend extends Backend, Disposable {
  readonly operations: BlockOperations;
  readonly relaxedSimd: boolean;
  readonly wideVectors: boolean;
  /** Threads at work: 1 until the first call that is worth more, and the workers that it started are up. */
  readonly threads: number;
  /** Starts the workers now; resolves when they are up. */
  startThreads(): Promise<void>;
  /** Modules compiled since the backend was made. Each is compiled when a call first needs it, many rows and few having kernels of their own; beyond that a
   *  new length, table or batch adds none. */
  readonly compilations: number;
  /** Bytes the memory takes, and those of them in use. */
  readonly bytes: number;
  readonly bytesInUse: number;
  /** A tensor of zeros in the backend's memory: kernels read and write it without a copy. The caller's to dispose of,
   *  also within a scope. */
  allocate(shape: readonly number[], dtype?: DType): WasmTensor;
  /** A copy of a tensor in the backend's memory, the caller's as well; of a quantized one with its scales. */
  upload(tensor: Tensor): WasmTensor;
}

/** A compiled kernel, and how many bytes its modules have so far. */
interface SizedKernel extends Kernel {
  bytes(): number;
}

/** The threads of backends that nobody holds any more, though nobody disposed of them. */
const abandoned = new FinalizationRegistry<Threads>((threads) => threads.dispose());

/** Attention in WebAssembly SIMD: kernels are generated from plans at run time, a few KB each, and work on one memory of the backend's own.
 *
 *  Plain tensors are copied in and results out; tensors made by `allocate` and `upload` stay in the memory from call to call, and results live
 *  where the query lives. Everything is computed in float32.
 *  @throws {BackendError} where WebAssembly SIMD may not be compiled (strict CSP without 'wasm-unsafe-eval'): see `wasmOrReference` */
export function createWasmBackend(options: WasmBackendOptions = {}): WasmBackend {
  checkOptions("createWasmBackend", options, optionNames, {
    example: "createWasmBackend({ threads: 2 })",
    Refuse: BackendError,
  });
  checkCompile();
  const { maximumKernels = 64 } = options;
  const simd = chooseSimd(options);
  if (!Number.isInteger(maximumKernels) || maximumKernels < 1) {
    throw new BackendError(`createWasmBackend: expected maximumKernels of at least 1, got ${maximumKernels}.`);
  }
  const count = threadCount(options.threads);
  const { maximumBytes, workerUrl = null } = options;
  const heap = new Heap({ shared: count > 1, ...(maximumBytes === undefined ? {} : { maximumBytes }) });
  const threads = new Threads(heap, { count, workerUrl, maximumKernels });
  const kernels = new KernelCache<SizedKernel>(
    { most: maximumKernels, mostBytes: mostCachedBytes },
    (kernel) => kernel.bytes(),
    (kernel) => kernel.dispose(),
  );
  let compilations = 0;
  let disposed = false;
  const check = (): void => {
    if (disposed) throw new AttentionError("backend-wasm: this backend has been disposed of. Create another.");
  };

  const load = (bytes: Uint8Array<ArrayBuffer>, scratchBytes: number): LoadedKernel => {
    const loaded = threads.load(bytes, scratchBytes);
    compilations += 1;
    return loaded;
  };
  const operations = createWasmOperations({
    heap,
    threads,
    simd,
    maximumKernels,
    check,
    compiled: () => {
      compilations += 1;
    },
  });

  const compile = (plan: Plan): SizedKernel => {
    const shape = planShape(plan, simd);
    // Each of a plan's modules is written and compiled when it is first asked for.
    let forward: LoadedKernel | null = null;
    let decode: LoadedKernel | null = null;
    let backward: { readonly module: BackwardModule; readonly loaded: LoadedKernel } | null = null;
    const loadForward = (): LoadedKernel =>
      (forward ??= load(forwardModule(plan, shape, heap, simd), shape.shape.bytes));
    const loadDecode = (): LoadedKernel =>
      (decode ??= load(decodeModule(plan, shape, heap, simd), shape.strip?.bytes ?? 0));
    const loadBackward = () => {
      const module = backwardModule(plan, heap, simd);
      return { module, loaded: load(module.bytes, module.shape.bytes) };
    };
    let live = true;
    return {
      bytes: () => [forward, decode, backward?.loaded].reduce((sum, kernel) => sum + (kernel?.bytes ?? 0), 0),
      forward(call) {
        check();
        if (!live) throw new AttentionError("backend-wasm: this kernel has been disposed of. Compile the plan again.");
        const runner: ForwardRunner = {
          threads: count,
          runTasks: (tasks, pairs, scratchBytes) => {
            orderTasks(heap, tasks, pairs);
            const work = pairs.reduce((sum, own) => sum + own, 0) * (plan.headDim + plan.valueDim);
            loadForward().run("run", tasks, pairs.length, work, scratchBytes);
          },
          decode(tasks, count, work) {
            const kernel = loadDecode();
            kernel.run("decode", tasks, count, work);
            borrow(heap).ran({ kernel, entry: "decode", tasks, count, work });
          },
          merge(tasks, count) {
            const kernel = loadDecode();
            kernel.run("merge", tasks, count, 0);
            borrow(heap).ran({ kernel, entry: "merge", tasks, count, work: 0 });
          },
        };
        const run = (borrowed: Borrowed, call: Call): Forward => forwardCall(heap, borrowed, plan, shape, runner, call);
        const blocks = borrow(heap);
        return blocks.isRecorded && !isDecode(shape, call) ? repeatForward(heap, blocks, call, run) : run(blocks, call);
      },
      backward(call, result, outputGradient) {
        check();
        if (!live) throw new AttentionError("backend-wasm: this kernel has been disposed of. Compile the plan again.");
        checkDifferentiable(plan);
        backward ??= loadBackward();
        const { module, loaded } = backward;
        return backwardCall(heap, plan, module, loaded.run, call, result, outputGradient);
      },
      dispose() {
        if (live) {
          forward?.dispose();
          decode?.dispose();
          backward?.loaded.dispose();
          kernels.delete(plan.key);
        }
        live = false;
      },
    };
  };
  /** Of what was computed, nothing stays where the next user of the memory might find it. */
  const scrub = (): void => {
    heap.scrub();
    threads.scrub();
  };
  const dispose = (): void => {
    if (disposed) return;
    disposed = true;
    kernels.clear();
    operations.dispose();
    threads.dispose();
    scrub();
  };

  const backend: WasmBackend = {
    name: "wasm",
    // eight groups of rows: lower ones leave less of a window's edges to ask the mask about, and several share what is packed
    blockSize: { query: 8 * microRowsOf(simd), key: 32 },
    operations,
    relaxedSimd: simd.relaxed,
    wideVectors: simd.wide,
    get threads() {
      return threads.helpers + 1;
    },
    startThreads: async () => {
      check();
      await threads.start();
    },
    get compilations() {
      return compilations;
    },
    get bytes() {
      return heap.bytes;
    },
    get bytesInUse() {
      return heap.bytesHeld;
    },
    compile(plan) {
      check();
      return kernels.get(plan.key, () => compile(plan));
    },
    allocate(shape, dtype = "float32") {
      check();
      return takeFromScope(heap, allocateTensor(heap, shape, dtype, { zeros: true, disposed: scrub }));
    },
    upload(source) {
      check();
      const made = takeFromScope(heap, uploadTensor(heap, source, { disposed: scrub }));
      if (!isQuantized(source)) return made;
      try {
        return withScales(made, takeFromScope(heap, uploadTensor(heap, source.scales, { disposed: scrub })));
      } catch (error) {
        made.dispose();
        throw error;
      }
    },
    place(tensor) {
      check();
      if (tensor.data.buffer === heap.memory.buffer) return tensor;
      return uploadTensor(heap, tensor.dtype === "float64" ? cast(tensor, "float32") : tensor);
    },
    read(operand) {
      check();
      if (isRecording(heap)) {
        throw new BackendError("read: a step that is being recorded has no numbers yet. Read what record returns.");
      }
      return clone(operand);
    },
    record: (body) => {
      check();
      return recordStep(heap, body, check);
    },
    concatenateKeys: (parts) => concatenateRows(parts, 2),
    sliceKeys: (operand, from, to) => {
      const part = sliceRows(operand, [null, null, [from, to]]);
      return operand.data.buffer === heap.memory.buffer ? uploadTensor(heap, part) : part;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
  abandoned.register(backend, threads);
  return backend;
}
