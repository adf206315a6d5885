import type { FunctionBody, Local } from "@fovea/wasm-assembler";
import { type OperationField, operationOffset, operationTasks } from "../records/task.ts";

export type ProductFields = Readonly<Record<OperationField<"product">, Local>>;

/** Brings the fields of a product task, the function's first parameter, into locals. */
export function readProduct(f: FunctionBody): ProductFields {
  return Object.fromEntries(
    operationTasks.product.map((field) => {
      const local = f.local("i32");
      f.get(f.parameter(0));
      f.memory("i32.load", operationOffset("product", field));
      f.set(local);
      return [field, local];
    }),
  ) as ProductFields;
}
