import { isContiguous, type Tensor } from "@fovea/tensor";
import { programKey, type Program } from "@fovea/program";
import type { Heap } from "../memory/heap.ts";
import { KernelCache, mostCachedBytes } from "../memory/kernel-cache.ts";
import type { Borrowed } from "../memory/borrowed.ts";
import { borrow } from "../steps/step-recorder.ts";
import type { LoadedKernel, Threads } from "../threads/threads.ts";
import { mapModule } from "./map-module.ts";
import { OperationResult } from "./operation-result.ts";
import { addCopyTasks, type Neutral } from "./operation-tasks.ts";
import { operationModule } from "./operation-module.ts";
import { denseStrides, livesIn, placeTensor, type PlacedTensor, sizeOf } from "./placed-rows.ts";
import { type ProductShape, productShape } from "./product-shape.ts";
import { type OperationKind, operationTaskBytes, type OperationVariant } from "../records/task.ts";
import { BackendError } from "../backend-error.ts";
import { TaskList } from "../records/task-list.ts";
import { followMoves, wordsThatMove } from "../steps/follow-moves.ts";
import type { Simd } from "../vectors/simd.ts";

/** What block operations need of their backend. */
export interface OperationsHost {
  readonly heap: Heap;
  readonly threads: Threads;
  readonly simd: Simd;
  /** Map programs kept compiled. */
  readonly maximumKernels: number;
  /** @throws when the backend has been disposed of */
  check(): void;
  /** Called for every module that is compiled. */
  compiled(): void;
}

/** What every block operation does around its tasks: modules compiled when first needed, operands placed, results brought out. */
export class OperationEngine {
  readonly #host: OperationsHost;
  readonly #programs: KernelCache<LoadedKernel>;
  readonly #kernels = new Map<string, LoadedKernel>();
  /** How products are cut. */
  readonly shape: ProductShape;
  #neutral: Neutral | null = null;

  constructor(host: OperationsHost) {
    this.#host = host;
    this.#programs = new KernelCache(
      { most: host.maximumKernels, mostBytes: mostCachedBytes },
      (kernel) => kernel.bytes,
      (kernel) => kernel.dispose(),
    );
    this.shape = productShape(host.simd);
  }

  get heap(): Heap {
    return this.#host.heap;
  }

  get neutral(): Neutral {
    const { heap, shape } = this;
    const block = (value: number): number => {
      const address = heap.allocate(shape.tileColumns * 4);
      heap.f32.fill(value, address / 4, address / 4 + shape.tileColumns);
      return address;
    };
    return (this.#neutral ??= { zeros: block(0), ones: block(1) });
  }

  #load(kind: OperationKind, variant: OperationVariant): LoadedKernel {
    const { heap, threads, simd } = this.#host;
    const name = `${kind} ${variant.activation} ${variant.weightBytes}`;
    let kernel = this.#kernels.get(name);
    if (!kernel) {
      const { bytes, scratchBytes } = operationModule(kind, variant, heap, simd);
      kernel = threads.load(bytes, scratchBytes);
      this.#kernels.set(name, kernel);
      this.#host.compiled();
    }
    return kernel;
  }

  loadProgram(program: Program): LoadedKernel {
    const { heap, threads, simd } = this.#host;
    return this.#programs.get(programKey(program), () => {
      this.#host.compiled();
      return threads.load(mapModule(program, heap, simd), 0);
    });
  }

  /** Runs a call with blocks of its own: freed when it ends, its result brought to where `first` lives. */
  calculate(first: Tensor, shape: readonly number[], body: (borrowed: Borrowed, target: PlacedTensor) => void): Tensor {
    const borrowed = borrow(this.heap);
    const resident = borrowed.isRecorded || livesIn(this.heap, first);
    const result = new OperationResult(this.heap, borrowed, shape, resident);
    try {
      body(borrowed, result.placed);
      return result.finish();
    } catch (error) {
      result.abandon();
      throw error;
    } finally {
      borrowed.free();
    }
  }

  /** Runs the tasks that `build` adds. @param work multiplications, roughly
   *  @returns the address of the first */
  run(borrowed: Borrowed, work: number, build: (tasks: TaskList) => void): number {
    const tasks = new TaskList();
    build(tasks);
    const addresses = this.#launch(borrowed, work, tasks);
    for (const moving of borrowed.takeMoving()) {
      followMoves(borrowed, moving, wordsThatMove(moving.placed, tasks, build, addresses));
    }
    return addresses[0] ?? 0;
  }

  /** @param program runs them in place of the operations' own kernels */
  runTasks(borrowed: Borrowed, work: number, tasks: TaskList, program?: LoadedKernel): void {
    if (borrowed.takeMoving().length > 0) {
      throw new BackendError("record: this operation cannot read rows that move from run to run. Copy them first.");
    }
    this.#launch(borrowed, work, tasks, program);
  }

  /** @returns the address of each group's tasks */
  #launch(borrowed: Borrowed, work: number, tasks: TaskList, program?: LoadedKernel): readonly number[] {
    return tasks.groups.map((group) => {
      const kernel = program ?? this.#load(group.kind, group.variant);
      const address = group.write(this.heap, borrowed);
      kernel.run("run", address, group.count, work);
      borrowed.ran({ kernel, entry: "run", tasks: address, count: group.count, work, taskBytes: operationTaskBytes });
      return address;
    });
  }

  /** An operand whose rows are dense. */
  placeRows(borrowed: Borrowed, tensor: Tensor): PlacedTensor {
    const placed = placeTensor(this.heap, borrowed, tensor);
    const { shape, strides } = placed;
    const last = shape.length - 1;
    if (last < 0 || strides[last] === 4 || shape[last] <= 1) return placed;
    return this.#copy(borrowed, placed);
  }

  /** One float32 per column, `fill` where there is no tensor. @returns the address */
  placeColumns(borrowed: Borrowed, tensor: Tensor | undefined, columns: number, fill: number): number {
    if (tensor) return this.placeRows(borrowed, tensor).address;
    const address = borrowed.allocate(columns * 4);
    this.heap.f32.fill(fill, address / 4, address / 4 + columns);
    return address;
  }

  /** All numbers in row-major order. @returns the address */
  placeDense(borrowed: Borrowed, tensor: Tensor): number {
    const placed = placeTensor(this.heap, borrowed, tensor);
    return isContiguous(tensor) ? placed.address : this.#copy(borrowed, placed).address;
  }

  dispose(): void {
    for (const kernel of this.#kernels.values()) kernel.dispose();
    this.#programs.clear();
  }

  #copy(borrowed: Borrowed, source: PlacedTensor): PlacedTensor {
    const { shape } = source;
    const size = sizeOf(shape);
    const copy = { address: borrowed.allocate(size * 4), shape, strides: denseStrides(shape) };
    this.run(borrowed, size, (tasks) => addCopyTasks(tasks, source, copy));
    return copy;
  }
}
