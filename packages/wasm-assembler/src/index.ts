export { FunctionBody, ModuleBuilder } from "./assembler.ts";
export type { Local } from "./assembler.ts";
export { ByteWriter } from "./byte-writer.ts";
export { opcodes, valueTypes } from "./opcodes.ts";
export type { Opcode, ValueType } from "./opcodes.ts";
