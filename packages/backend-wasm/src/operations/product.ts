import { activations } from "@fovea/dot-product-attention";
import { FunctionBody, type Local, type ModuleBuilder } from "../assembler.ts";
import { panelWidth } from "../microkernel.ts";
import { eachPanel } from "../panels.ts";
import { type PanelOperands, PanelProducts, pushOperands } from "../products.ts";
import type { Simd } from "../simd.ts";
import { storePair } from "../vector-pairs.ts";
import { emitFewRows } from "./few-rows.ts";
import { emitFinishRow } from "./finish-row.ts";
import { emitWidenPanel } from "./pack-panels.ts";
import { fewRows, type ProductShape } from "./product-shape.ts";
import { type OperationField, operationOffset } from "./task.ts";

/** Adds the kernel of `product` tasks: sums of a tile in scratch memory, part by part along the inner axis, each part of the left operand copied so that its
 *  rows lie where the microkernel expects them; then scale, bias, activation and residual row by row, and the result written once.
 *  Work: rows × columns × depth multiply-adds.
 *  @returns the index of `product(task, scratch)` */
export function addProduct(module: ModuleBuilder, shape: ProductShape, simd: Simd): number {
  const { microRows, leftStride, longStride, sumStride } = shape;
  const common = { resultStride: sumStride, simd };
  const whole = (stride: number, accumulate: boolean): PanelProducts =>
    new PanelProducts(module, { ...common, leftStride: stride, rows: microRows, accumulate });
  const many = whole(leftStride, true);
  /** For the first part of the inner axis, before which there are no sums. */
  const first = whole(leftStride, false);
  const few = (stride: number, weights: "float32" | "int8", most = fewRows): readonly number[] =>
    Array.from({ length: most }, (_, i) =>
      module.add(emitFewRows({ ...common, leftStride: stride, rows: i + 1, weights })),
    );
  const last = few(leftStride, "float32", microRows - 1);
  const manyLong = whole(longStride, true);
  const longFloats = few(longStride, "float32", microRows - 1);
  const longBytes = few(longStride, "int8");
  const copyLeft = module.add(emitCopyLeft());
  const widen = module.add(emitWidenPanel());
  const finish = [null, ...activations].map((activation) => module.add(emitFinishRow(activation, simd)));

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
  /** The panels taken together. */
  const panel = f.local("i32");
  const next = f.local("i32");
  const padded = f.local("i32");
  const isLong = f.local("i32");
  const most = f.local("i32");

  const pushRow = (base: number, index: Local, stride: number): void => f.address(scratch, base, index, stride);
  const operands = (stride: number): PanelOperands => ({
    left: () => pushRow(shape.left, row, stride),
    right: (index) => f.get(index === 0 ? panel : next),
    result: (index) => {
      pushRow(shape.sums + index * panelWidth * 4, row, sumStride);
      f.get(column);
      f.i32(2);
      f.op("i32.shl");
      f.op("i32.add");
    },
    depth: () => f.get(part),
  });
  /** One kernel of several, by how many rows are left after `row`. */
  const remaining = (kernels: readonly number[], stride: number, panels: 1 | 2): void => {
    for (const [index, kernel] of kernels.entries()) {
      f.get(rows);
      f.get(row);
      f.op("i32.sub");
      f.i32(index + 1);
      f.op("i32.eq");
      f.if(() => {
        for (let panel = 0; panel < panels; panel++) {
          pushOperands(operands(stride), panel);
          f.call(kernel);
        }
      });
    }
  };

  f.get(columns);
  f.i32(panelWidth - 1);
  f.op("i32.add");
  f.i32(-panelWidth);
  f.op("i32.and");
  f.set(padded);
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
  // sums that whole groups of rows do not begin by writing
  f.get(rows);
  f.get(rows);
  f.i32(microRows);
  f.op("i32.rem_s");
  f.op("i32.sub");
  f.set(row);
  f.i32(0);
  f.get(row);
  f.get(isLong);
  f.op("select");
  f.set(row);
  pushRow(shape.sums, row, sumStride);
  f.i32(0);
  f.get(rows);
  f.get(row);
  f.op("i32.sub");
  f.i32(sumStride);
  f.op("i32.mul");
  f.op("memory.fill", 0);
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
    eachPanel(f, simd, column, 0, padded, (panels) => {
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
      if (panels === 2) {
        f.address(panel, 0, panelStride);
        f.set(next);
      }
      f.assign(row, 0);
      const sweep = (stride: number, products: PanelProducts, rest: readonly number[]): void => {
        f.forRange(row, lastWhole, microRows, () => {
          products.call(f, panels, operands(stride));
        });
        remaining(rest, stride, panels);
      };
      const floats = (): void => {
        f.get(isLong);
        f.if(
          () => sweep(longStride, manyLong, longFloats),
          () => {
            f.get(start);
            f.if(
              () => sweep(leftStride, many, last),
              () => sweep(leftStride, first, last),
            );
          },
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
          () => remaining(longBytes, longStride, panels),
          () => {
            for (const [index, bytes] of [panel, next].slice(0, panels).entries()) {
              const target = shape.panel + index * shape.longDepth * panelWidth * 4;
              f.get(bytes);
              f.address(scratch, target);
              f.get(part);
              f.call(widen);
              f.address(scratch, target);
              f.set(bytes);
            }
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

  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    for (const [index, kernel] of finish.entries()) {
      f.get(activation);
      f.i32(index - 1);
      f.op("i32.eq");
      f.if(() => {
        pushRow(shape.sums, row, sumStride);
        for (const local of [scale, bias, residual, target, columns]) f.get(local);
        f.call(kernel);
      });
    }
    f.increase(target, targetStride);
    f.increase(residual, residualStride);
  });
  return module.add(f);
}

/** `copyLeft(source, stride, target, targetStride, rows, steps)`: rows of the left operand into scratch, eight numbers at a time. */
function emitCopyLeft(): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [source, stride, target, targetStride, rows, steps] = Array.from({ length: 6 }, (_, i) => f.parameter(i));
  const row = f.local("i32");
  const from = f.local("i32");
  const to = f.local("i32");
  const end = f.local("i32");
  const pair = [f.local("v128"), f.local("v128")];
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
    f.forRange(to, end, 32, () => {
      for (const [half, vector] of pair.entries()) {
        f.get(from);
        f.memory("v128.load", half * 16);
        f.set(vector);
      }
      storePair(f, to, 0, pair);
      f.increase(from, 32);
    });
    f.increase(source, stride);
    f.increase(target, targetStride);
  });
  return f;
}
