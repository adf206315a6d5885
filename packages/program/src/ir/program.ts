import type { Tensor } from "@fovea/tensor";
import type { Input, Operation, Type } from "./operations.ts";

/** A table a program reads: any rank, gathered by int expressions, one per axis. An index outside the table reads 0 (false). */
export interface TableDeclaration {
  readonly name: string;
  readonly type: Type;
  readonly rank: number;
}

/** One step; `args` are positions of earlier instructions, so a program is in single-assignment form and in order. */
export type Instruction =
  | { readonly op: "constant"; readonly type: Type; readonly value: number }
  | { readonly op: "input"; readonly type: Type; readonly input: Input }
  | { readonly op: "gather"; readonly type: Type; readonly table: number; readonly args: readonly number[] }
  | { readonly op: Operation; readonly type: Type; readonly args: readonly number[] };

/** A pure scalar function of one (query, key) pair: plain frozen data that can be compared, hashed, saved and sent.
 *  A program whose result is a float changes a score (or a probability); one whose result is a bool is a mask.
 *  `tables[i]` declares table i. `values[i]`, where present, is what it holds unless the caller passes another; values are no part of the program's key. */
export interface Program {
  readonly tables: readonly TableDeclaration[];
  readonly instructions: readonly Instruction[];
  /** Position of the instruction whose value is the program's. */
  readonly result: number;
  /** Table contents that came with the program, by table name; float tables hold float32 or float64, int tables int32, bool tables bool. */
  readonly values: Readonly<Record<string, Tensor>>;
}
