import {
  type BlockOperations,
  checkElementwise,
  checkLinear,
  checkLinearWeight,
  checkMap,
  checkMatmul,
  checkMeanRows,
  checkNorm,
  checkRotary,
  type LinearWeight,
  type NormOptions,
} from "@fovea/block-operations";
import { rotaryRows } from "@fovea/embedding";
import { isContiguous, type Tensor, transpose } from "@fovea/tensor";
import { Borrowed } from "../memory/borrowed.ts";
import { runScope } from "../memory/scope.ts";
import { OperationEngine, type OperationsHost } from "./operation-engine.ts";
import { matmulTasks, addProductTasks, addRowTasks } from "./operation-tasks.ts";
import { type PackedWeight, packWeight, PreparedWeights } from "./packed-weights.ts";
import { plainVariant } from "../records/task.ts";
import { createMemoryOperations } from "./memory-operations.ts";
import { placeTensor, sizeOf } from "./placed-rows.ts";
import { TaskList } from "../records/task-list.ts";

/** The block operations on WebAssembly memory. Each kind is a small module of its own, compiled at the first use, whatever the sizes. */
export function createWasmOperations(host: OperationsHost): BlockOperations & { dispose(): void } {
  const engine = new OperationEngine(host);
  const { heap } = host;
  const weights = new PreparedWeights(heap);
  const pack = (borrowed: Borrowed, weight: LinearWeight, allocate: (bytes: number) => number): PackedWeight =>
    packWeight(heap, borrowed, weight, allocate, (build) => engine.run(borrowed, 0, build));
  const normalize = (who: "layerNorm" | "rmsNorm", x: Tensor, options: NormOptions): Tensor => {
    host.check();
    checkNorm(who, x, options);
    const columns = x.shape[x.shape.length - 1];
    return engine.calculate(x, x.shape, (borrowed, target) => {
      const source = engine.placeRows(borrowed, x);
      const scale = engine.placeColumns(borrowed, options.scale, columns, 1);
      const bias = engine.placeColumns(borrowed, options.bias, columns, 0);
      const parameters = { scale, bias, epsilon: options.epsilon ?? 1e-5 };
      engine.run(borrowed, sizeOf(x.shape) * 4, (tasks) =>
        addRowTasks([source, target], (fields) => tasks.add(who, { ...fields, ...parameters })),
      );
    });
  };
  const combine = (kind: "add" | "multiply", a: Tensor, b: Tensor): Tensor => {
    host.check();
    checkElementwise(kind, a, b);
    return engine.calculate(a, a.shape, (borrowed, target) => {
      const source = engine.placeRows(borrowed, a);
      const placed = engine.placeRows(borrowed, b);
      const repeated = a.shape.length - b.shape.length;
      const other = {
        ...placed,
        shape: a.shape,
        strides: [...a.shape.slice(0, repeated).map(() => 0), ...placed.strides],
      };
      engine.run(borrowed, sizeOf(a.shape), (tasks) =>
        addRowTasks([source, target, other], (fields, [first], [stride]) =>
          tasks.add(kind, { ...fields, other: first, otherStride: stride }),
        ),
      );
    });
  };

  return {
    ...createMemoryOperations(host, engine),
    prepareWeight(weight) {
      host.check();
      checkLinearWeight("prepareWeight", weight);
      const borrowed = new Borrowed(heap);
      let address = 0;
      try {
        const allocate = (bytes: number): number => (address = heap.allocate(bytes));
        const packed = pack(borrowed, weight, allocate);
        return { weight, dispose: weights.keep(weight, packed) };
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
      return engine.calculate(x, sizes.shape, (borrowed, target) => {
        const packed = weights.find(weight) ?? pack(borrowed, weight, (bytes) => borrowed.allocate(bytes));
        const source = engine.placeRows(borrowed, x);
        const epilogue = {
          bias: bias ? engine.placeColumns(borrowed, bias, sizes.columns, 0) : 0,
          residual: residual ? engine.placeRows(borrowed, residual) : null,
          activation: activation ?? null,
        };
        const { shape, neutral } = engine;
        engine.run(borrowed, sizeOf(sizes.shape) * sizes.inner, (tasks) =>
          addProductTasks(tasks, shape, neutral, source, packed, target, epilogue),
        );
      });
    },
    matmul(a, b, { transposeA = false, transposeB = false } = {}) {
      host.check();
      const left = transposeA ? swapLast(a) : a;
      const right = transposeB ? swapLast(b) : b;
      const sizes = checkMatmul(left, right);
      return engine.calculate(a, sizes.shape, (borrowed, target) => {
        const source = engine.placeRows(borrowed, left);
        const operand = placeTensor(heap, borrowed, right);
        const { shape, neutral } = engine;
        const allocate = (bytes: number): number => borrowed.allocate(bytes);
        const tasks = matmulTasks(sizes, shape, neutral, { source, operand, target }, allocate);
        engine.runTasks(borrowed, sizeOf(right.shape), tasks.packing);
        engine.runTasks(borrowed, sizeOf(sizes.shape) * sizes.inner, tasks.products);
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
      return engine.calculate(x, x.shape, (borrowed, target) => {
        const source = engine.placeRows(borrowed, x);
        const cos = engine.placeDense(borrowed, tables.cos);
        const sin = engine.placeDense(borrowed, tables.sin);
        const positionRows = borrowed.allocate(rows.length * 4);
        heap.i32.set(rows, positionRows / 4);
        if (typeof given === "object" && isContiguous(given)) {
          borrowed.beforeRuns((ints) => {
            const { data, offset } = given;
            for (let i = 0; i < rows.length; i++) {
              const row = data[offset + i];
              // says what is wrong
              if (!(row >= 0 && row < tables.cos.shape[0]))
                rotaryRows("rotary", x, tables, { layout, positions: given });
              ints[positionRows / 4 + i] = row;
            }
            return true;
          });
        }
        // The positions are an operand of their own: a row per token, the same for every head.
        const places = {
          address: positionRows,
          shape: x.shape,
          strides: [tokens * 4, 0, 4, 0],
        };
        engine.run(borrowed, sizeOf(x.shape) * 4, (tasks) =>
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
      return engine.calculate(x, x.shape, (borrowed, target) => {
        const source = engine.placeRows(borrowed, x);
        const variant = { ...plainVariant, activation: typeof checked === "string" ? checked : null };
        const tasks = new TaskList();
        addRowTasks([source, target], (fields) => tasks.add("map", fields, variant));
        const kernel = typeof checked === "string" ? undefined : engine.loadProgram(checked);
        engine.runTasks(borrowed, sizeOf(x.shape) * 16, tasks, kernel);
      });
    },
    add: (a, b) => combine("add", a, b),
    multiply: (a, b) => combine("multiply", a, b),
    meanRows(x, lengths) {
      host.check();
      const { columns } = checkMeanRows(x, lengths);
      return engine.calculate(x, [lengths.length, columns], (borrowed, target) => {
        const stride = columns * 4;
        let source = engine.placeDense(borrowed, x);
        engine.run(borrowed, sizeOf(x.shape), (tasks) => {
          for (const [index, rows] of lengths.entries()) {
            const address = target.address + index * stride;
            tasks.add("meanRows", { source, sourceStride: stride, target: address, rows, columns });
            source += rows * stride;
          }
        });
      });
    },
    scope(body) {
      host.check();
      return runScope(heap, body);
    },
    dispose: () => engine.dispose(),
  };
}

/** The last two axes in the other order; other ranks are left for the check to refuse. */
function swapLast(x: Tensor): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  return axes.length < 2 ? x : transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
