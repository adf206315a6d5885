import type { Tensor } from "@fovea/tensor";
import { checkTable } from "./check-table.ts";
import { isInt32, limits } from "./limits.ts";
import { inputTypes } from "./operations.ts";
import type { Input, Operation, Type } from "./operations.ts";
import { ProgramError } from "./program-error.ts";
import type { Instruction, Program, TableDeclaration } from "./program.ts";
import { sameTensor } from "./same-tensor.ts";
import { describeSignatures, describeTypes, findSignature } from "./signature.ts";
import { isTableName } from "./table-name.ts";

/** A program being written: every method gives the position of an instruction. Equal instructions are written once.
 *  Types are checked as by `verify`. */
export class ProgramBuilder {
  readonly tables: TableDeclaration[] = [];
  readonly instructions: Instruction[] = [];
  readonly values: Record<string, Tensor> = {};
  readonly #written = new Map<string, number>();
  readonly #limit: number;

  /** @param limit instructions at most; default what `verify` allows */
  constructor(limit: number = limits.instructions) {
    this.#limit = limit;
  }

  constant(value: number, type: Type): number {
    if (type === "int" && !isInt32(value)) {
      throw new ProgramError(`constant: an int is a whole number of 32 bits, got ${value}. Use a float.`);
    }
    return this.#write(`${type}:${Object.is(value, -0) ? "-0" : value}`, { op: "constant", type, value });
  }

  input(input: Input): number {
    if (!Object.hasOwn(inputTypes, input)) throw new ProgramError(`input: no input is called ${String(input)}.`);
    return this.#write(input, { op: "input", type: inputTypes[input], input });
  }

  gather(table: number, args: readonly number[]): number {
    const { name, rank, type } = this.tables[table];
    const types = this.types(args);
    if (types.length !== rank || types.some((type) => type !== "int")) {
      throw new ProgramError(
        `gather: table ${name} takes ${rank} int ${rank === 1 ? "index" : "indices"}, got ${describeTypes(types)}. Use toInt() or floorDivide().`,
      );
    }
    return this.#write(`gather ${table} ${args.join(" ")}`, {
      op: "gather",
      type,
      table,
      args: Object.freeze([...args]),
    });
  }

  apply(op: Operation, ...args: readonly number[]): number {
    const types = this.types(args);
    const signature = findSignature(op, types);
    if (signature === undefined) {
      throw new ProgramError(`${op}: takes ${describeSignatures(op)}, got ${describeTypes(types)}.`);
    }
    const { result: type } = signature;
    return this.#write(`${op} ${args.join(" ")}`, { op, type, args: Object.freeze([...args]) });
  }

  /** Where this operation on these arguments has been written, if it has. */
  find(op: Operation, ...args: readonly number[]): number | undefined {
    return this.#written.get(`${op} ${args.join(" ")}`);
  }

  /** Declares a table, or finds the one that is already declared with this name, type, rank and the same values.
   *  @returns its position
   *  @throws {ProgramError} when the name is taken by another table */
  declare(declaration: TableDeclaration, values?: Tensor): number {
    const { name, type, rank } = declaration;
    if (!isTableName(name)) {
      throw new ProgramError(
        `table: a name is letters, digits and _, beginning with a letter, got ${JSON.stringify(name)}.`,
      );
    }
    if (this.has(declaration, values)) return this.tables.findIndex((table) => table.name === name);
    if (this.tables.some((table) => table.name === name)) {
      throw new ProgramError(`table: another table is already called ${name}. Give this one another name.`);
    }
    if (this.tables.length === limits.tables) {
      throw new ProgramError(`table: a program has ${limits.tables} tables at most.`);
    }
    if (values !== undefined) {
      checkTable("table", declaration, values);
      this.values[name] = values;
    }
    return this.tables.push(Object.freeze({ name, type, rank })) - 1;
  }

  /** Whether this very table is declared: name, type, rank, and the same values or none. */
  has({ name, type, rank }: TableDeclaration, values?: Tensor): boolean {
    const known = this.tables.find((table) => table.name === name);
    const held: Tensor | undefined = this.values[name];
    return (
      known?.type === type &&
      known.rank === rank &&
      (held === undefined ? values === undefined : sameTensor(held, values))
    );
  }

  /** Type of each position. */
  types(positions: readonly number[]): Type[] {
    return positions.map((position) => this.instructions[position].type);
  }

  /** The program that gives what stands at `result`. */
  build(result: number): Program {
    return Object.freeze({
      tables: Object.freeze([...this.tables]),
      instructions: Object.freeze([...this.instructions]),
      result,
      values: Object.freeze({ ...this.values }),
    });
  }

  #write(text: string, instruction: Instruction): number {
    const known = this.#written.get(text);
    if (known !== undefined) return known;
    if (this.instructions.length >= this.#limit) {
      throw new ProgramError(`a program has ${this.#limit} instructions at most. Put repeated parts into a table.`);
    }
    const position = this.instructions.push(Object.freeze(instruction)) - 1;
    this.#written.set(text, position);
    return position;
  }
}
