import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { eachPanel } from "../products/panels.ts";
import { type PanelOperands, PanelProducts, pushOperands } from "../products/products.ts";
import type { OperationVariant } from "../records/task.ts";
import type { Simd } from "../vectors/simd.ts";
import { storePair } from "../vectors/vector-pairs.ts";
import { emitFewRows } from "./few-rows.ts";
import { addFinishRows } from "./finish-rows.ts";
import { emitWidenPanel } from "./pack-panels.ts";
import { eachPart, placePanels, widenPanels } from "./product-panels.ts";
import { fewestRows, fewRowsProductShape } from "./product-shape.ts";
import { readProduct } from "./read-product.ts";

/** Adds the kernel of `fewRowsProduct` tasks, where reading weights takes longer than multiplying: sums of a tile in scratch memory, as many steps of a
 *  panel one after the other as there is room for, each part of the left operand copied so that its rows lie where the microkernel expects them.
 *  @returns the index of `fewRowsProduct(task, scratch)`, and bytes of scratch memory */
export function addFewRowsProduct(
  module: ModuleBuilder,
  { activation, weightBytes }: OperationVariant,
  simd: Simd,
): { readonly index: Callee; readonly scratchBytes: number } {
  const shape = fewRowsProductShape(simd);
  const { microRows, leftStride, sumStride } = shape;
  const common = { leftStride, resultStride: sumStride, simd };
  const few = (weights: "float32" | "int8", most: number): readonly Callee[] =>
    Array.from({ length: most }, (_, i) => module.add(emitFewRows({ ...common, rows: i + 1, weights })));
  const many = new PanelProducts(module, { ...common, rows: microRows, accumulate: true });
  const ofFloats = few("float32", microRows - 1);
  const bytes = weightBytes === 1 ? { kernels: few("int8", fewestRows), widen: module.add(emitWidenPanel()) } : null;
  const copyLeft = module.add(emitCopyLeft(leftStride));
  const finishRows = addFinishRows(module, activation, simd);

  const f = new FunctionBody(["i32", "i32"]);
  const scratch = f.parameter(1);
  const task = readProduct(f);
  const { source, sourceStride, rows, columns } = task;
  const [start, part, column, row, lastWhole, padded] = Array.from({ length: 6 }, () => f.local("i32"));
  /** The panels taken together. */
  const panel = f.local("i32");
  const next = f.local("i32");

  const operands: PanelOperands = {
    left: () => f.address(scratch, shape.left, row, leftStride),
    right: (index) => f.get(index === 0 ? panel : next),
    result: (index) => {
      f.address(scratch, shape.sums + index * panelWidth * 4, row, sumStride);
      f.get(column);
      f.i32(2);
      f.op("i32.shl");
      f.op("i32.add");
    },
    depth: () => f.get(part),
  };
  /** One kernel of several, by how many rows are left after `row`. */
  const remaining = (kernels: readonly Callee[], panels: 1 | 2): void => {
    for (const [index, kernel] of kernels.entries()) {
      f.get(rows);
      f.get(row);
      f.op("i32.sub");
      f.i32(index + 1);
      f.op("i32.eq");
      f.if(() => {
        for (let panel = 0; panel < panels; panel++) {
          pushOperands(f, operands, panel);
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
  f.address(scratch, shape.sums);
  f.i32(0);
  f.get(rows);
  f.i32(sumStride);
  f.op("i32.mul");
  f.op("memory.fill", 0);
  eachPart(f, task, shape.tileDepth, start, part, () => {
    f.address(source, 0, start, 4);
    f.get(sourceStride);
    f.address(scratch, shape.left);
    f.get(rows);
    f.get(part);
    f.call(copyLeft);
    eachPanel(f, simd, column, 0, padded, (panels) => {
      const weights = [panel, next].slice(0, panels);
      placePanels(f, task, weightBytes, column, start, weights);
      f.assign(row, 0);
      const floats = (): void => {
        f.forRange(row, lastWhole, microRows, () => many.call(f, panels, operands));
        remaining(ofFloats, panels);
      };
      if (!bytes) {
        floats();
        return;
      }
      f.get(rows);
      f.i32(fewestRows);
      f.op("i32.le_s");
      f.if(
        () => remaining(bytes.kernels, panels),
        () => {
          widenPanels(f, bytes.widen, weights, { base: scratch, offset: shape.panel, depth: shape.tileDepth }, part);
          floats();
        },
      );
    });
  });
  f.get(f.parameter(0));
  f.i32(0);
  f.address(scratch, shape.sums);
  f.i32(sumStride);
  f.get(columns);
  f.call(finishRows);
  return { index: module.add(f), scratchBytes: shape.bytes };
}

/** `copyLeft(source, stride, target, rows, steps)`: rows of the left operand into scratch, eight numbers at a time.
 *  @param leftStride bytes from one row there to the next */
function emitCopyLeft(leftStride: number): FunctionBody {
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32"]);
  const [source, stride, target, rows, steps] = Array.from({ length: 5 }, (_, i) => f.parameter(i));
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
    f.forAddresses(to, end, 32, () => {
      for (const [half, vector] of pair.entries()) {
        f.get(from);
        f.memory("v128.load", half * 16);
        f.set(vector);
      }
      storePair(f, to, 0, pair);
      f.increase(from, 32);
    });
    f.increase(source, stride);
    f.increase(target, leftStride);
  });
  return f;
}
