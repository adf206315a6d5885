import type { BlockOperations } from "@fovea/block-operations";
import {
  AttentionError,
  type Backend,
  checkDifferentiable,
  type Kernel,
  type Plan,
} from "@fovea/dot-product-attention";
import { concatenateRows, isQuantized, sliceRows, type DType, type Tensor } from "@fovea/tensor";
import { backwardCall } from "./calls/backward-call.ts";
import { type BackwardModule, backwardModule } from "./calls/backward-module.ts";
import { BackendError } from "./backend-error.ts";
import { checkCompile } from "./check-compile.ts";
import { forwardCall, type ForwardRunner } from "./calls/forward-call.ts";
import { Heap } from "./memory/heap.ts";
import { KernelCache } from "./memory/kernel-cache.ts";
import { createWasmOperations } from "./operations/wasm-operations.ts";
import { orderTasks } from "./records/order-tasks.ts";
import { planModule } from "./calls/plan-module.ts";
import { chooseSimd } from "./vectors/simd.ts";
import { takeFromScope } from "./memory/scope.ts";
import { threadCount } from "./threads/thread-count.ts";
import { type LoadedKernel, Threads } from "./threads/threads.ts";
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

export interface WasmBackend extends Backend, Disposable {
  readonly operations: BlockOperations;
  readonly relaxedSimd: boolean;
  readonly wideVectors: boolean;
  /** Threads at work: 1 until the first call that is worth more, and the workers that it started are up. */
  readonly threads: number;
  /** Starts the workers now; resolves when they are up. */
  startThreads(): Promise<void>;
  /** Kernels compiled since the backend was made: a new length, table or batch adds none. */
  readonly compilations: number;
  /** Bytes the memory takes, and those of them in use. */
  readonly bytes: number;
  readonly bytesInUse: number;
  /** A tensor in the backend's memory, its numbers undefined until written: kernels read and write it without a copy. The caller's to dispose of,
   *  also within a scope. */
  allocate(shape: readonly number[], dtype?: DType): WasmTensor;
  /** A copy of a tensor in the backend's memory, the caller's as well; of a quantized one with its scales. */
  upload(tensor: Tensor): WasmTensor;
}

/** Attention in WebAssembly SIMD: kernels are generated from plans at run time, a few KB each, and work on one memory of the backend's own.
 *
 *  Plain tensors are copied in and results out; tensors made by `allocate` and `upload` stay in the memory from call to call, and results live
 *  where the query lives. Everything is computed in float32.
 *  @throws {BackendError} where WebAssembly SIMD may not be compiled (strict CSP without 'wasm-unsafe-eval'): see `wasmOrReference` */
export function createWasmBackend(options: WasmBackendOptions = {}): WasmBackend {
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
  const kernels = new KernelCache<Kernel>(maximumKernels, (kernel) => kernel.dispose());
  let compilations = 0;
  let disposed = false;
  const check = (): void => {
    if (disposed) throw new AttentionError("backend-wasm: this backend has been disposed of. Create another.");
  };

  /** Backward kernels are compiled when they are first asked for. */
  const loadBackward = (plan: Plan): { readonly module: BackwardModule; readonly loaded: LoadedKernel } => {
    const module = backwardModule(plan, heap, simd);
    const loaded = threads.load(module.bytes, module.shape.bytes);
    compilations += 1;
    return { module, loaded };
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

  const compile = (plan: Plan): Kernel => {
    const module = planModule(plan, heap, simd);
    const kernel = threads.load(module.bytes, Math.max(module.shape.bytes, module.strip?.bytes ?? 0));
    compilations += 1;
    let live = true;
    let backward: ReturnType<typeof loadBackward> | null = null;
    return {
      forward(call) {
        check();
        if (!live) throw new AttentionError("backend-wasm: this kernel has been disposed of. Compile the plan again.");
        const runner: ForwardRunner = {
          threads: count,
          runTasks: (tasks, count, scratchBytes) => {
            const pairs = orderTasks(heap, tasks, count);
            kernel.run("run", tasks, count, pairs * (plan.headDim + plan.valueDim), scratchBytes);
          },
          decode: (tasks, count, work) => kernel.run("decode", tasks, count, work),
          merge: (...numbers) => kernel.call("merge", ...numbers),
        };
        return forwardCall(heap, plan, module, runner, call);
      },
      backward(call, forward, outputGradient) {
        check();
        if (!live) throw new AttentionError("backend-wasm: this kernel has been disposed of. Compile the plan again.");
        checkDifferentiable(plan);
        backward ??= loadBackward(plan);
        const { module, loaded } = backward;
        return backwardCall(heap, plan, module, loaded.run, call, forward, outputGradient);
      },
      dispose() {
        if (live) {
          kernel.dispose();
          backward?.loaded.dispose();
          kernels.delete(plan.key);
        }
        live = false;
      },
    };
  };
  const dispose = (): void => {
    disposed = true;
    kernels.clear();
    operations.dispose();
    threads.dispose();
  };

  return {
    name: "wasm",
    // taller blocks share packed keys among more rows (causal, 4,096: 5 % of the time from 96 to 192), but more of a window's are partial
    blockSize: { query: 192, key: 32 },
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
      return takeFromScope(heap, allocateTensor(heap, shape, dtype));
    },
    upload(source) {
      check();
      const made = takeFromScope(heap, uploadTensor(heap, source));
      if (!isQuantized(source)) return made;
      try {
        return withScales(made, takeFromScope(heap, uploadTensor(heap, source.scales)));
      } catch (error) {
        made.dispose();
        throw error;
      }
    },
    concatenateKeys: (parts) => concatenateRows(parts, 2),
    sliceKeys: (operand, from, to) => {
      const part = sliceRows(operand, [null, null, [from, to]]);
      return operand.data.buffer === heap.memory.buffer ? uploadTensor(heap, part) : part;
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
