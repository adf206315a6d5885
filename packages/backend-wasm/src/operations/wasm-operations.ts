import {
  activations,
  type BlockOperations,
  checkAdd,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkNorm,
  checkRotary,
  type NormOptions,
} from "@fovea/dot-product-attention";
import { rotaryRows } from "@fovea/embedding";
import { programKey, type Program } from "@fovea/program";
import { cast, isContiguous, type Tensor, transpose } from "@fovea/tensor";
import type { Heap } from "../heap.ts";
import { KernelCache } from "../kernel-cache.ts";
import { Borrowed } from "../operand.ts";
import { runScope } from "../scope.ts";
import type { LoadedKernel, Threads } from "../threads.ts";
import { uploadTensor } from "../wasm-tensor.ts";
import { mapModule } from "./map-module.ts";
import { addCopyTasks, addMatmulTasks, addProductTasks, addRowTasks, type Neutral } from "./operation-tasks.ts";
import { type OperationsModule, operationsModule } from "./operations-module.ts";
import { OperationResult } from "./operation-result.ts";
import { packWeight, PreparedWeights } from "./packed-weights.ts";
import { denseStrides, livesIn, placeTensor, type PlacedTensor, sizeOf } from "./placed-rows.ts";
import { TaskList } from "./task-list.ts";

/** What block operations need of their backend. */
export interface OperationsHost {
  readonly heap: Heap;
  readonly threads: Threads;
  readonly relaxed: boolean;
  /** Map programs kept compiled. */
  readonly maximumKernels: number;
  /** @throws when the backend has been disposed of */
  check(): void;
  /** Called for every module that is compiled. */
  compiled(): void;
}

/** The block operations on WebAssembly memory. All but programs of `map` are one module, compiled at the first use, whatever the sizes. */
export function createWasmOperations(host: OperationsHost): BlockOperations & { dispose(): void } {
  const { heap, threads, relaxed } = host;
  const weights = new PreparedWeights(heap);
  const programs = new KernelCache<LoadedKernel>(host.maximumKernels, (kernel) => kernel.dispose());
  let loaded: { readonly kernel: LoadedKernel; readonly module: OperationsModule; readonly neutral: Neutral } | null =
    null;
  const load = (): NonNullable<typeof loaded> => {
    if (loaded) return loaded;
    const module = operationsModule(heap, relaxed);
    const { tileColumns } = module.shape;
    const kernel = threads.load(module.bytes, module.shape.bytes);
    host.compiled();
    const zeros = heap.allocate(tileColumns * 4);
    const ones = heap.allocate(tileColumns * 4);
    heap.f32.fill(0, zeros / 4, zeros / 4 + tileColumns);
    heap.f32.fill(1, ones / 4, ones / 4 + tileColumns);
    loaded = { kernel, module, neutral: { zeros, ones } };
    return loaded;
  };
  const loadProgram = (program: Program): LoadedKernel =>
    programs.get(programKey(program), () => {
      host.compiled();
      return threads.load(mapModule(program, heap, relaxed), 0);
    });

  const run = (borrowed: Borrowed, kernel: LoadedKernel, work: number, build: (tasks: TaskList) => void): void => {
    const tasks = new TaskList();
    build(tasks);
    if (tasks.count > 0) kernel.run("run", tasks.write(heap, borrowed), tasks.count, work);
  };
  /** Runs a call with blocks of its own: freed when it ends, its result brought to where `first` lives. */
  const calculate = (
    first: Tensor,
    shape: readonly number[],
    body: (borrowed: Borrowed, target: PlacedTensor) => void,
  ): Tensor => {
    const borrowed = new Borrowed(heap);
    const result = new OperationResult(heap, borrowed, shape, livesIn(heap, first));
    try {
      body(borrowed, result.placed);
      return result.finish();
    } catch (error) {
      result.abandon();
      throw error;
    } finally {
      borrowed.free();
    }
  };
  /** An operand whose rows are dense. */
  const placeRows = (borrowed: Borrowed, tensor: Tensor): PlacedTensor => {
    const placed = placeTensor(heap, borrowed, tensor);
    const { shape, strides } = placed;
    if (shape.length === 0 || strides[shape.length - 1] === 4 || shape[shape.length - 1] <= 1) return placed;
    const size = sizeOf(shape);
    const copy = { address: borrowed.allocate(size * 4), shape, strides: denseStrides(shape) };
    run(borrowed, load().kernel, size, (tasks) => addCopyTasks(tasks, placed, copy));
    return copy;
  };
  /** One float32 per column, `fill` where there is no tensor. */
  const placeColumns = (borrowed: Borrowed, tensor: Tensor | undefined, columns: number, fill: number): number => {
    if (tensor) return placeRows(borrowed, tensor).address;
    const address = borrowed.allocate(columns * 4);
    heap.f32.fill(fill, address / 4, address / 4 + columns);
    return address;
  };
  const normalize = (who: "layerNorm" | "rmsNorm", x: Tensor, options: NormOptions): Tensor => {
    host.check();
    checkNorm(who, x, options);
    const columns = x.shape[x.shape.length - 1];
    return calculate(x, x.shape, (borrowed, target) => {
      const source = placeRows(borrowed, x);
      const scale = placeColumns(borrowed, options.scale, columns, 1);
      const bias = placeColumns(borrowed, options.bias, columns, 0);
      const parameters = { scale, bias, epsilon: options.epsilon ?? 1e-5 };
      run(borrowed, load().kernel, sizeOf(x.shape) * 4, (tasks) =>
        addRowTasks([source, target], (fields) => tasks.add(who, { ...fields, ...parameters })),
      );
    });
  };

  return {
    place(tensor) {
      host.check();
      if (livesIn(heap, tensor)) return tensor;
      return uploadTensor(heap, tensor.dtype === "float64" ? cast(tensor, "float32") : tensor);
    },
    prepareWeight(weight) {
      host.check();
      checkLinearWeight("prepareWeight", weight);
      const borrowed = new Borrowed(heap);
      let address = 0;
      try {
        const allocate = (bytes: number): number => (address = heap.allocate(bytes));
        const packed = packWeight(heap, borrowed, weight, allocate, (build) => run(borrowed, load().kernel, 0, build));
        return { dispose: weights.keep(weight, packed) };
      } catch (error) {
        if (address !== 0) heap.free(address);
        throw error;
      } finally {
        borrowed.free();
      }
    },
    linear(x, weight, options = {}) {
      host.check();
      const sizes = checkLinear(x, weight, options);
      const { bias, residual, activation } = options;
      return calculate(x, sizes.shape, (borrowed, target) => {
        const { kernel, module, neutral } = load();
        const packed =
          weights.find(weight) ??
          packWeight(
            heap,
            borrowed,
            weight,
            (bytes) => borrowed.allocate(bytes),
            (build) => run(borrowed, kernel, sizes.inner * sizes.columns, build),
          );
        const source = placeRows(borrowed, x);
        const epilogue = {
          bias: bias ? placeColumns(borrowed, bias, sizes.columns, 0) : 0,
          residual: residual ? placeRows(borrowed, residual) : null,
          activation: activation ? activations.indexOf(activation) : -1,
        };
        run(borrowed, kernel, sizeOf(sizes.shape) * sizes.inner, (tasks) =>
          addProductTasks(tasks, module.shape, neutral, source, packed, target, epilogue),
        );
      });
    },
    matmul(a, b, { transposeA = false, transposeB = false } = {}) {
      host.check();
      const left = transposeA ? swapLast(a) : a;
      const right = transposeB ? swapLast(b) : b;
      const sizes = checkMatmul(left, right);
      return calculate(a, sizes.shape, (borrowed, target) => {
        const { kernel, module, neutral } = load();
        const source = placeRows(borrowed, left);
        const operand = placeTensor(heap, borrowed, right);
        run(borrowed, kernel, 0, (tasks) => {
          addMatmulTasks(
            tasks,
            sizes,
            module.shape,
            neutral,
            source,
            operand,
            target,
            (bytes) => borrowed.allocate(bytes),
            (packing) => kernel.run("run", packing.write(heap, borrowed), packing.count, sizeOf(right.shape)),
          );
        });
      });
    },
    layerNorm: (x, options = {}) => normalize("layerNorm", x, options),
    rmsNorm: (x, options = {}) => normalize("rmsNorm", x, options),
    rotary(x, tables, { inverse = false, layout = "interleaved", positions: given } = {}) {
      host.check();
      checkRotary(x);
      const { rows, waves } = rotaryRows("rotary", x, tables, {
        layout,
        ...(given !== undefined && { positions: given }),
      });
      const [, , tokens] = x.shape as [number, number, number, number];
      return calculate(x, x.shape, (borrowed, target) => {
        const source = placeRows(borrowed, x);
        const cos = contiguousAddress(borrowed, tables.cos);
        const sin = contiguousAddress(borrowed, tables.sin);
        const positionRows = borrowed.allocate(rows.length * 4);
        heap.i32.set(rows, positionRows / 4);
        // The positions are an operand of their own: a row per token, the same for every head.
        const places = {
          address: positionRows,
          shape: x.shape,
          strides: [tokens * 4, 0, 4, 0],
        };
        run(borrowed, load().kernel, sizeOf(x.shape) * 4, (tasks) =>
          addRowTasks([source, target, places], (fields, [positions], [positionsStride]) =>
            tasks.add("rotary", {
              ...fields,
              cos,
              sin,
              positions,
              positionsStride,
              waves,
              interleaved: layout === "interleaved" ? 1 : 0,
              sign: inverse ? -1 : 1,
            }),
          ),
        );
      });
    },
    map(x, rule) {
      host.check();
      const checked = checkMap(x, rule);
      return calculate(x, x.shape, (borrowed, target) => {
        const source = placeRows(borrowed, x);
        const kernel = typeof checked === "string" ? load().kernel : loadProgram(checked);
        const activation = typeof checked === "string" ? activations.indexOf(checked) : 0;
        run(borrowed, kernel, sizeOf(x.shape) * 16, (tasks) =>
          addRowTasks([source, target], (fields) => tasks.add("map", { ...fields, activation })),
        );
      });
    },
    add(a, b) {
      host.check();
      checkAdd(a, b);
      return calculate(a, a.shape, (borrowed, target) => {
        const source = placeRows(borrowed, a);
        const placed = placeRows(borrowed, b);
        const repeated = a.shape.length - b.shape.length;
        const other = {
          ...placed,
          shape: a.shape,
          strides: [...a.shape.slice(0, repeated).map(() => 0), ...placed.strides],
        };
        run(borrowed, load().kernel, sizeOf(a.shape), (tasks) =>
          addRowTasks([source, target, other], (fields, [first], [stride]) =>
            tasks.add("add", { ...fields, other: first, otherStride: stride }),
          ),
        );
      });
    },
    contiguous(x) {
      host.check();
      if (isContiguous(x)) return x;
      return calculate(x, x.shape, (borrowed, target) => {
        const source = placeTensor(heap, borrowed, x);
        run(borrowed, load().kernel, sizeOf(x.shape), (tasks) => addCopyTasks(tasks, source, target));
      });
    },
    scope(body) {
      host.check();
      return runScope(heap, body);
    },
    dispose() {
      loaded?.kernel.dispose();
      programs.clear();
    },
  };

  function contiguousAddress(borrowed: Borrowed, tensor: Tensor): number {
    const placed = placeTensor(heap, borrowed, tensor);
    if (isContiguous(tensor)) return placed.address;
    const copy = {
      address: borrowed.allocate(sizeOf(tensor.shape) * 4),
      shape: tensor.shape,
      strides: denseStrides(tensor.shape),
    };
    run(borrowed, load().kernel, 0, (tasks) => addCopyTasks(tasks, placed, copy));
    return copy.address;
  }
}

/** The last two axes in the other order; other ranks are left for the check to refuse. */
function swapLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return axes.length < 2 ? x : transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
