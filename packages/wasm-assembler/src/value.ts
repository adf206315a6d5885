import type { InstructionWriter, Variable } from "./instruction-writer.ts";
import type { ValueType } from "./opcodes.ts";

/** Instructions that leave one value on the stack, or with type null none, written where it is used: each time anew. */
export interface Value {
  readonly type: ValueType | null;
  writeTo(writer: InstructionWriter): void;
}

/** A value or, where the instruction tells its type, a number. */
export type Operand = Value | number;

/** A local variable or parameter of a function; as a value, what it holds when it is read. */
export class Local implements Value, Variable {
  readonly index: number;
  readonly type: ValueType;

  constructor(index: number, type: ValueType) {
    this.index = index;
    this.type = type;
  }

  writeTo(writer: InstructionWriter): void {
    writer.get(this);
  }
}
