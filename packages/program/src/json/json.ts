import { readValues } from "@fovea/tensor";
import type { Tensor } from "@fovea/tensor";
import { encodeNumber } from "./json-number.ts";
import type { JSONNumber } from "./json-number.ts";
import type { Instruction, Program, TableDeclaration } from "../ir/program.ts";

/** The version that `toJSON` writes and `fromJSON` reads. */
export const jsonVersion = 1;

/** A program as JSON holds it. */
export interface ProgramJSON {
  readonly version: 1;
  readonly tables: readonly TableDeclaration[];
  readonly instructions: readonly InstructionJSON[];
  readonly result: number;
  /** Contents of tables by name, in row-major order. */
  readonly values: Readonly<Record<string, TensorJSON>>;
}

export interface InstructionJSON {
  readonly op: string;
  readonly type: string;
  readonly value?: JSONNumber;
  readonly input?: string;
  readonly table?: number;
  readonly args?: readonly number[];
}

export interface TensorJSON {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly JSONNumber[];
}

/** A program as plain data for `JSON.stringify`, with the table values that came with it. `fromJSON` gives it back to the bit;
 *  tables come back contiguous. */
export function toJSON(program: Program): ProgramJSON {
  const { tables, instructions, result, values } = program;
  return {
    version: jsonVersion,
    tables: tables.map(({ name, type, rank }) => ({ name, type, rank })),
    instructions: instructions.map(encodeInstruction),
    result,
    values: Object.fromEntries(Object.entries(values).map(([name, tensor]) => [name, encodeTensor(tensor)])),
  };
}

function encodeInstruction(instruction: Instruction): InstructionJSON {
  if (instruction.op === "constant") return { ...instruction, value: encodeNumber(instruction.value) };
  return "args" in instruction ? { ...instruction, args: [...instruction.args] } : { ...instruction };
}

function encodeTensor(tensor: Tensor): TensorJSON {
  return { dtype: tensor.dtype, shape: [...tensor.shape], data: Array.from(readValues(tensor), encodeNumber) };
}
