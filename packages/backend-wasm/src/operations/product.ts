import { FunctionBody, type Local, type ModuleBuilder } from "../assembler.ts";
import { emitMicrokernel, panelWidth } from "../microkernel.ts";
import { emitFewRows } from "./few-rows.ts";
import { emitWidenPanel } from "./pack-panels.ts";
import { fewRows, type ProductShape } from "./product-shape.ts";
import { emitAddRow, emitAffineRow } from "./row-kernels.ts";
import { type OperationField, operationOffset } from "./task.ts";

/** Adds the kernel of `product` tasks: sums of a tile in scratch memory, part by part along the inner axis, each part of the left operand copied so that its
 *  rows lie where the microkernel expects them; then scale, bias, activation and residual row by row, and the result written once.
 *  Work: rows × columns × depth multiply-adds.
 *  @param activate the functions of `emitActivationRow`, in the order of `activations`
 *  @returns the index of `product(task, scratch)` */
export function addProduct(
  module: ModuleBuilder,
  shape: ProductShape,
  relaxed: boolean,
  activate: readonly number[],
): number {
  const { microRows, leftStride, longStride, sumStride } = shape;
  const common = { resultStride: sumStride, relaxed };
  const many = module.add(emitMicrokernel({ ...common, leftStride, rows: microRows, accumulate: true }));
  const few = (stride: number, weights: "float32" | "int8", most = fewRows): readonly number[] =>
    Array.from({ length: most }, (_, i) =>
      module.add(emitFewRows({ ...common, leftStride: stride, rows: i + 1, weights })),
    );
  const last = few(leftStride, "float32", microRows - 1);
  const manyLong = module.add(
    emitMicrokernel({ ...common, leftStride: longStride, rows: microRows, accumulate: true }),
  );
  const longFloats = few(longStride, "float32", microRows - 1);
  const longBytes = few(longStride, "int8");
  const copyLeft = module.add(emitCopyLeft());
  const widen = module.add(emitWidenPanel());
  const affine = module.add(emitAffineRow());
  const addRow = module.add(emitAddRow(relaxed));

  const f = new FunctionBody(["i32", "i32"]);
  const [task, scratch] = [f.parameter(0), f.parameter(1)];
  const field = (name: OperationField<"product">): Local => {
    const local = f.local("i32");
    f.get(task);
    f.memory("i32.load", operationOffset("product", name));
    f.set(local);
    return local;
  };
  const [source, sourceStride, target, targetStride] = (
    ["source", "sourceStride", "target", "targetStride"] as const
  ).map(field);
  const [rows, columns, weight, panelStride] = (["rows", "columns", "weight", "panelStride"] as const).map(field);
  const [depth, weightBytes, scale, bias] = (["depth", "weightBytes", "scale", "bias"] as const).map(field);
  const [residual, residualStride, activation] = (["residual", "residualStride", "activation"] as const).map(field);
  const start = f.local("i32");
  const part = f.local("i32");
  const column = f.local("i32");
  const row = f.local("i32");
  const lastWhole = f.local("i32");
  const panel = f.local("i32");
  const sumRow = f.local("i32");
  const padded = f.local("i32");
  const isLong = f.local("i32");
  const most = f.local("i32");

  const pushRow = (base: number, index: Local, stride: number): void => f.address(scratch, base, index, stride);
  const pushOperands = (stride: number): void => {
    pushRow(shape.left, row, stride);
    f.get(panel);
    pushRow(shape.sums, row, sumStride);
    f.get(column);
    f.i32(2);
    f.op("i32.shl");
    f.op("i32.add");
    f.get(part);
  };
  /** One kernel of several, by how many rows are left after `row`. */
  const remaining = (kernels: readonly number[], stride: number): void => {
    for (const [index, kernel] of kernels.entries()) {
      f.get(rows);
      f.get(row);
      f.op("i32.sub");
      f.i32(index + 1);
      f.op("i32.eq");
      f.if(() => {
        pushOperands(stride);
        f.call(kernel);
      });
    }
  };

  f.address(scratch, shape.sums);
  f.i32(0);
  f.get(rows);
  f.i32(sumStride);
  f.op("i32.mul");
  f.op("memory.fill", 0);
  f.get(rows);
  f.i32(microRows - 1);
  f.op("i32.sub");
  f.set(lastWhole);

  const choose = (whenFew: number, otherwise: number): void => {
    f.i32(whenFew);
    f.i32(otherwise);
    f.get(isLong);
    f.op("select");
  };
  f.get(rows);
  f.i32(shape.longRows);
  f.op("i32.le_s");
  f.set(isLong);
  choose(shape.longDepth, shape.tileDepth);
  f.set(most);
  f.assign(start, 0);
  f.assign(part, 0);
  f.op("loop", 0x40);
  {
    f.get(depth);
    f.get(start);
    f.op("i32.sub");
    f.set(part);
    f.smaller(part, most);
    f.set(part);
    f.address(source, 0, start, 4);
    f.get(sourceStride);
    f.address(scratch, shape.left);
    choose(longStride, leftStride);
    f.get(rows);
    f.get(part);
    f.call(copyLeft);
    f.assign(column, 0);
    f.forRange(column, columns, panelWidth, () => {
      f.get(weight);
      f.get(column);
      f.i32(3);
      f.op("i32.shr_u");
      f.get(panelStride);
      f.op("i32.mul");
      f.op("i32.add");
      f.get(start);
      f.get(weightBytes);
      f.op("i32.mul");
      f.i32(3);
      f.op("i32.shl");
      f.op("i32.add");
      f.set(panel);
      f.assign(row, 0);
      const sweep = (stride: number, whole: number, rest: readonly number[]): void => {
        f.forRange(row, lastWhole, microRows, () => {
          pushOperands(stride);
          f.call(whole);
        });
        remaining(rest, stride);
      };
      const floats = (): void => {
        f.get(isLong);
        f.if(
          () => sweep(longStride, manyLong, longFloats),
          () => sweep(leftStride, many, last),
        );
      };
      f.get(weightBytes);
      f.i32(4);
      f.op("i32.eq");
      f.if(floats, () => {
        f.get(rows);
        f.i32(fewRows);
        f.op("i32.le_s");
        f.if(
          () => remaining(longBytes, longStride),
          () => {
            f.get(panel);
            f.address(scratch, shape.panel);
            f.get(part);
            f.call(widen);
            f.address(scratch, shape.panel);
            f.set(panel);
            floats();
          },
        );
      });
    });
    f.get(start);
    f.get(part);
    f.op("i32.add");
    f.tee(start);
    f.get(depth);
    f.op("i32.lt_s");
    f.op("br_if", 0);
    f.op("end");
  }

  f.get(columns);
  f.i32(3);
  f.op("i32.add");
  f.i32(-4);
  f.op("i32.and");
  f.set(padded);
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    pushRow(shape.sums, row, sumStride);
    f.set(sumRow);
    f.get(scale);
    f.if(() => {
      f.get(sumRow);
      f.get(padded);
      f.get(scale);
      f.get(bias);
      f.call(affine);
    });
    for (const [index, kernel] of activate.entries()) {
      f.get(activation);
      f.i32(index);
      f.op("i32.eq");
      f.if(() => {
        f.get(sumRow);
        f.get(sumRow);
        f.get(padded);
        f.call(kernel);
      });
    }
    f.get(sumRow);
    f.get(residual);
    f.get(target);
    f.get(columns);
    f.call(addRow);
    f.increase(target, targetStride);
    f.increase(residual, residualStride);
  });
  return module.add(f);
}

/** `copyLeft(source, stride, target, targetStride, rows, steps)`: rows of the left operand into scratch, in whole vectors. */
function emitCopyLeft(): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [source, stride, target, targetStride, rows, steps] = Array.from({ length: 6 }, (_, i) => f.parameter(i));
  const row = f.local("i32");
  const from = f.local("i32");
  const to = f.local("i32");
  const end = f.local("i32");
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    f.get(source);
    f.set(from);
    f.get(target);
    f.tee(to);
    f.get(steps);
    f.i32(2);
    f.op("i32.shl");
    f.op("i32.add");
    f.set(end);
    f.forRange(to, end, 16, () => {
      f.get(to);
      f.get(from);
      f.memory("v128.load");
      f.memory("v128.store");
      f.increase(from, 16);
    });
    f.increase(source, stride);
    f.increase(target, targetStride);
  });
  return f;
}
