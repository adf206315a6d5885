import { activations } from "@fovea/block-operations";
import { type Callee, FunctionBody, type Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { panelWidth } from "../products/microkernel.ts";
import { eachPanel } from "../products/panels.ts";
import { emitProductKernel, type ProductKernelShape, type productParameters } from "./product-kernel.ts";
import { eachPart, placePanels, type ProductParts, widenPanels } from "./product-panels.ts";
import type { ProductShape } from "./product-shape.ts";
import { readProduct } from "./read-product.ts";
import type { Simd } from "../vectors/simd.ts";

const relu = activations.indexOf("relu");

/** Adds the kernel of `product` tasks: a tile of the result, part by part along the inner axis. Bias, relu and residual are the product kernel's own;
 *  int8 weights, whose scale comes before them, and other activations take another pass over the tile, row by row. A last panel that is not whole is
 *  computed in scratch memory. Work: rows × columns × depth multiply-adds.
 *  @returns the index of `product(task, scratch)` */
export function addProduct(
  module: ModuleBuilder,
  { finishRows, widen }: ProductParts,
  shape: ProductShape,
  simd: Simd,
): Callee {
  const { microRows, rests } = shape;
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
  const { depth, weightBytes, bias, residual, residualStride, activation } = task;
  const ints = (count: number): Local[] => Array.from({ length: count }, () => f.local("i32"));
  const [start, part, column, whole, shared, rest] = ints(6);
  const [isPlain, isLast, zeros, lowest] = ints(4);
  /** The panels taken together, and the tile's rows as the kernels go down them. */
  const [panel, next, left, result] = ints(4);
  /** What the kernels begin with and add. */
  const [ownBias, ownResidual, ownResidualStride, floor, ownStride] = ints(5);

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
  // whatever a product kernel can do itself
  f.get(weightBytes);
  f.i32(4);
  f.op("i32.eq");
  f.get(activation);
  f.i32(0);
  f.op("i32.lt_s");
  f.get(activation);
  f.i32(relu);
  f.op("i32.eq");
  f.op("i32.or");
  f.op("i32.and");
  f.set(isPlain);
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
    bias: ownBias,
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
  const sweep = (panels: 1 | 2, begin: ProductKernelShape["begin"]): void => {
    f.get(rows);
    f.tee(rest);
    f.get(shared);
    f.op("i32.gt_s");
    f.if(() => {
      f.op("loop", 0x40);
      call({ rows: microRows, panels, begin });
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
      call({ rows: rests.first, panels, begin });
      f.increase(rest, -rests.first);
    });
    for (let size = rests.least; size < microRows; size++) {
      f.get(rest);
      f.i32(size);
      f.op("i32.eq");
      f.if(() => call({ rows: size, panels, begin }));
    }
  };
  /** @param place sets where results go and what they begin and end with */
  const multiply = (panels: 1 | 2, place: () => void): void => {
    const weights = [panel, next].slice(0, panels);
    placePanels(f, task, column, start, weights);
    f.get(weightBytes);
    f.i32(1);
    f.op("i32.eq");
    f.if(() => widenPanels(f, widen, weights, { base: scratch, offset: shape.panel, depth: shape.tileDepth }, part));
    f.address(source, 0, start, 4);
    f.set(left);
    place();
    f.get(start);
    f.if(
      () => sweep(panels, "result"),
      () => sweep(panels, "bias"),
    );
  };
  const bare = (): void => {
    f.get(zeros);
    f.set(ownBias);
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
    f.get(isPlain);
    f.if(() => {
      f.address(bias, 0, column, 4);
      f.set(ownBias);
      f.get(isLast);
      f.if(() => {
        f.address(residual, 0, column, 4);
        f.set(ownResidual);
        f.get(residualStride);
        f.set(ownResidualStride);
        f.get(zeros);
        f.get(lowest);
        f.get(activation);
        f.i32(relu);
        f.op("i32.eq");
        f.op("select");
        f.set(floor);
      });
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
  f.get(isPlain);
  f.op("i32.eqz");
  f.if(() => finish(0, () => f.get(target), targetStride, whole));
  f.get(whole);
  f.get(columns);
  f.op("i32.lt_s");
  f.if(() => finish(whole, () => f.address(scratch, shape.tail), panelWidth * 4, columns));
  return module.add(f);
}
