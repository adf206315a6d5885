import { type Callee, FunctionBody, type Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { eachPanel } from "../products/panels.ts";
import { emitProductKernel, type ProductKernelShape, type productParameters } from "./product-kernel.ts";
import { addFinishRows } from "./finish-rows.ts";
import { emitWidenPanel } from "./pack-panels.ts";
import { eachPart, placePanels, widenPanels } from "./product-panels.ts";
import { productShape } from "./product-shape.ts";
import { readProduct } from "./read-product.ts";
import type { OperationVariant } from "../records/task.ts";
import type { Simd } from "../vectors/simd.ts";

/** Adds the kernel of `product` tasks: a tile of the result, part by part along the inner axis. Bias, relu and residual are the product kernel's own;
 *  int8 weights, whose scale comes before them, and other activations take another pass over the tile, row by row. A last panel that is not whole is
 *  computed in scratch memory. Work: rows × columns × depth multiply-adds.
 *  @returns the index of `product(task, scratch)`, and bytes of scratch memory */
export function addProduct(
  module: ModuleBuilder,
  { activation, weightBytes }: OperationVariant,
  simd: Simd,
): { readonly index: Callee; readonly scratchBytes: number } {
  const shape = productShape(simd);
  const { microRows, rests } = shape;
  // whatever a product kernel can do itself
  const isPlain = weightBytes === 4 && activation === null;
  const finishRows = addFinishRows(module, activation, simd);
  const widen = weightBytes === 1 ? module.add(emitWidenPanel()) : null;
  const added = new Map<string, Callee>();
  const kernel = (key: Omit<ProductKernelShape, "simd">): Callee => {
    const name = JSON.stringify(key);
    const index = added.get(name) ?? module.add(emitProductKernel({ ...key, simd }));
    added.set(name, index);
    return index;
  };

  const f = new FunctionBody(["i32", "i32"]);
  const scratch = f.parameter(1);
  const task = readProduct(f);
  const { source, sourceStride, target, targetStride, rows, columns } = task;
  const { depth, bias, residual, residualStride, relu } = task;
  const ints = (count: number): Local[] => Array.from({ length: count }, () => f.local("i32"));
  const [start, part, column, whole, shared, rest] = ints(6);
  const [isLast, zeros, lowest] = ints(3);
  /** The panels taken together, and the tile's rows as the kernels go down them. */
  const [panel, next, left, result] = ints(4);
  /** What the kernels begin with and add. */
  const [begin, beginStride, ownResidual, ownResidualStride, floor, ownStride] = ints(6);

  f.address(scratch, shape.zeros);
  f.set(zeros);
  f.get(zeros);
  f.i32(0);
  f.i32(shape.zeroBytes);
  f.op("memory.fill", 0);
  f.address(scratch, shape.lowest);
  f.tee(lowest);
  f.f32(-Infinity);
  f.memory("f32.store");
  f.get(columns);
  f.i32(-panelWidth);
  f.op("i32.and");
  f.set(whole);
  // rows that no whole group takes; with few of them goes one more group
  f.get(rows);
  f.i32(microRows);
  f.op("i32.rem_s");
  f.tee(shared);
  f.i32(microRows);
  f.i32(0);
  f.get(shared);
  f.i32(1);
  f.op("i32.sub");
  f.i32(rests.least - 1);
  f.op("i32.lt_u");
  f.op("select");
  f.op("i32.add");
  f.set(shared);

  const operands: Readonly<Record<(typeof productParameters)[number], Local>> = {
    left,
    leftStride: sourceStride,
    right: panel,
    result,
    resultStride: ownStride,
    depth: part,
    begin,
    beginStride,
    residual: ownResidual,
    residualStride: ownResidualStride,
    floor,
    next,
  };
  const call = (key: Omit<ProductKernelShape, "simd">): void => {
    const { next: second, ...others } = operands;
    for (const operand of Object.values(others)) f.get(operand);
    if (key.panels === 2) f.get(second);
    f.call(kernel(key));
    for (const [pointer, stride] of [
      [left, sourceStride],
      [result, ownStride],
      [begin, beginStride],
      [ownResidual, ownResidualStride],
    ] as const) {
      f.get(pointer);
      f.get(stride);
      f.i32(key.rows);
      f.op("i32.mul");
      f.op("i32.add");
      f.set(pointer);
    }
  };
  /** All rows of the tile times one panel or two; `rest` counts what is left. */
  const sweep = (panels: 1 | 2): void => {
    f.get(rows);
    f.tee(rest);
    f.get(shared);
    f.op("i32.gt_s");
    f.if(() => {
      f.op("loop", 0x40);
      call({ rows: microRows, panels });
      f.increase(rest, -microRows);
      f.get(rest);
      f.get(shared);
      f.op("i32.gt_s");
      f.op("br_if", 0);
      f.op("end");
    });
    f.get(rest);
    f.i32(microRows);
    f.op("i32.gt_s");
    f.if(() => {
      call({ rows: rests.first, panels });
      f.increase(rest, -rests.first);
    });
    for (let size = rests.least; size < microRows; size++) {
      f.get(rest);
      f.i32(size);
      f.op("i32.eq");
      f.if(() => call({ rows: size, panels }));
    }
  };
  /** @param place sets where results go and what they begin and end with */
  const multiply = (panels: 1 | 2, place: () => void): void => {
    const weights = [panel, next].slice(0, panels);
    placePanels(f, task, weightBytes, column, start, weights);
    if (widen !== null)
      widenPanels(f, widen, weights, { base: scratch, offset: shape.panel, depth: shape.tileDepth }, part);
    f.address(source, 0, start, 4);
    f.set(left);
    place();
    // after the first part, sums begin with what the ones before gave
    f.get(start);
    f.if(() => {
      f.get(result);
      f.set(begin);
      f.get(ownStride);
      f.set(beginStride);
    });
    sweep(panels);
  };
  const bare = (): void => {
    f.get(zeros);
    f.set(begin);
    f.assign(beginStride, 0);
    f.get(zeros);
    f.set(ownResidual);
    f.assign(ownResidualStride, 0);
    f.get(lowest);
    f.set(floor);
  };
  const inPlace = (): void => {
    f.address(target, 0, column, 4);
    f.set(result);
    f.get(targetStride);
    f.set(ownStride);
    bare();
    if (!isPlain) return;
    f.address(bias, 0, column, 4);
    f.set(begin);
    f.get(isLast);
    f.if(() => {
      f.address(residual, 0, column, 4);
      f.set(ownResidual);
      f.get(residualStride);
      f.set(ownResidualStride);
      f.get(zeros);
      f.get(lowest);
      f.get(relu);
      f.op("select");
      f.set(floor);
    });
  };
  const inScratch = (): void => {
    f.address(scratch, shape.tail);
    f.set(result);
    f.assign(ownStride, panelWidth * 4);
    bare();
  };

  eachPart(f, task, shape.tileDepth, start, part, () => {
    f.get(start);
    f.get(part);
    f.op("i32.add");
    f.get(depth);
    f.op("i32.ge_s");
    f.set(isLast);
    eachPanel(f, simd, column, 0, whole, (panels) => multiply(panels, inPlace));
    f.get(whole);
    f.get(columns);
    f.op("i32.lt_s");
    f.if(() => {
      f.get(whole);
      f.set(column);
      multiply(1, inScratch);
    });
  });

  /** Brings columns of the tile from where they lie to where they belong. */
  const finish = (first: Local | number, sums: () => void, sumStride: Local | number, end: Local): void => {
    const push = (value: Local | number): void => (typeof value === "number" ? f.i32(value) : f.get(value));
    f.get(f.parameter(0));
    push(first);
    sums();
    push(sumStride);
    f.get(end);
    push(first);
    f.op("i32.sub");
    f.call(finishRows);
  };
  if (!isPlain) finish(0, () => f.get(target), targetStride, whole);
  f.get(whole);
  f.get(columns);
  f.op("i32.lt_s");
  f.if(() => finish(whole, () => f.address(scratch, shape.tail), panelWidth * 4, columns));
  return { index: module.add(f), scratchBytes: shape.bytes };
}
