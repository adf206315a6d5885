export { AssemblyError } from "./assembly-error.ts";
export {
  address,
  atomicAdd,
  call,
  either,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  operation,
  select,
  shuffle,
  smaller,
  tee,
  v128,
  written,
} from "./expressions.ts";
export { FunctionBody } from "./function-body.ts";
export { ModuleBuilder } from "./module-builder.ts";
export type { FunctionImport } from "./module-builder.ts";
export type { LaneOpcode, MemoryLaneOpcode, MemoryOpcode, Opcode, PlainOpcode, ValueType } from "./opcodes.ts";
export type { Label } from "./type-stack.ts";
export type { Callee } from "./instruction-writer.ts";
export { Local } from "./value.ts";
export type { Operand, Value } from "./value.ts";
