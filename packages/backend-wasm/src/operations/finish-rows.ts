import type { Activation } from "@fovea/block-operations";
import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import type { Simd } from "../vectors/simd.ts";
import { emitFinishRow } from "./finish-row.ts";
import { readProduct } from "./read-product.ts";

/** Adds `finishRows(task, first, sums, sumStride, columns)`: brings the sums of some of a product task's columns, from column `first` on, to where they
 *  belong, with scale, bias, activation and residual. Sums may already lie there.
 *  @param activation null: none, or relu where the task says so */
export function addFinishRows(module: ModuleBuilder, activation: Activation | null, simd: Simd): Callee {
  const add = (own: Activation | null): Callee => module.add(emitFinishRow(own, simd));
  const kernels = activation === null ? [add(null), add("relu")] : [add(activation)];
  const f = new FunctionBody(["i32", "i32", "i32", "i32", "i32"]);
  const [, first, sums, sumStride, columns] = Array.from({ length: 5 }, (_, i) => f.parameter(i));
  const { scale, bias, residual, residualStride, target, targetStride, rows, relu } = readProduct(f);
  const row = f.local("i32");
  const offset = f.local("i32");
  f.get(first);
  f.i32(2);
  f.op("i32.shl");
  f.set(offset);
  for (const pointer of [scale, bias, residual, target]) f.increase(pointer, offset);
  f.assign(row, 0);
  f.forRange(row, rows, 1, () => {
    const call = (kernel: Callee) => (): void => {
      for (const local of [sums, scale, bias, residual, target, columns]) f.get(local);
      f.call(kernel);
    };
    const [plain, withRelu] = kernels.map(call);
    if (withRelu) {
      f.get(relu);
      f.if(withRelu, plain);
    } else plain();
    f.increase(sums, sumStride);
    f.increase(target, targetStride);
    f.increase(residual, residualStride);
  });
  return module.add(f);
}
