import { checkTable } from "./check-table.ts";
import { isInt32, limits } from "./limits.ts";
import { inputTypes } from "./operations.ts";
import type { Type } from "./operations.ts";
import { ProgramError } from "./program-error.ts";
import type { Instruction, Program, TableDeclaration } from "./program.ts";
import { describeSignatures, describeTypes, findSignature, isOperation } from "./signature.ts";
import { isTableName } from "./table-name.ts";

/** Refuses a program that is not well formed: every other function of this package may then rely on it.
 *  Checks sizes (4096 instructions, 64 tables of rank 8 at most), names, argument positions, types, constants and table values.
 *  @throws {ProgramError} naming the first instruction or table that is wrong */
export function verify(program: Program): void {
  checkFields(program);
  const { tables, instructions, result, values } = program;
  checkCount("tables", tables.length, 0, limits.tables);
  checkCount("instructions", instructions.length, 1, limits.instructions);
  const names = new Set<string>();
  for (const table of tables) checkDeclaration(table, names);
  for (const [position, instruction] of instructions.entries()) checkInstruction(program, instruction, position);
  if (!isPosition(result, instructions.length)) {
    throw new ProgramError(`verify: result must be a position below ${instructions.length}, got ${result}.`);
  }
  for (const name of Object.keys(values)) {
    const table = tables.find((table) => table.name === name);
    if (table === undefined) throw new ProgramError(`verify: values for ${name}, which is no table of the program.`);
    checkTable("verify", table, values[name]);
  }
}

function checkFields(program: unknown): void {
  if (
    isObject(program) &&
    isListOfObjects(program["tables"]) &&
    isListOfObjects(program["instructions"]) &&
    isObject(program["values"])
  )
    return;
  throw new ProgramError(
    "verify: expected a program with tables, instructions and values, as trace and fromJSON give.",
  );
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function checkCount(what: string, count: number, least: number, most: number): void {
  if (count < least || count > most) {
    throw new ProgramError(`verify: a program has ${least} to ${most} ${what}, got ${count}.`);
  }
}

function checkDeclaration({ name, type, rank }: TableDeclaration, names: Set<string>): void {
  if (!isTableName(name)) {
    throw new ProgramError(
      `verify: a table's name is letters, digits and _, beginning with a letter, got ${quote(name)}.`,
    );
  }
  if (names.has(name)) throw new ProgramError(`verify: two tables are called ${name}. Rename one.`);
  names.add(name);
  if (!isType(type)) throw new ProgramError(`verify: table ${name} must be float, int or bool, got ${quote(type)}.`);
  if (!Number.isInteger(rank) || rank < 0 || rank > limits.rank) {
    throw new ProgramError(`verify: table ${name} must have rank 0 to ${limits.rank}, got ${quote(rank)}.`);
  }
}

function checkInstruction(program: Program, instruction: Instruction, position: number): void {
  const who = `verify: instruction ${position} (${String(instruction.op)})`;
  const { op, type } = instruction;
  if (!isType(type)) throw new ProgramError(`${who}: the type must be float, int or bool, got ${quote(type)}.`);
  if (op === "constant") return checkConstant(who, type, instruction.value);
  if (op === "input") return checkInput(who, type, instruction.input);
  if (op !== "gather" && !isOperation(op)) throw new ProgramError(`${who}: no such operation.`);
  const { args } = instruction;
  if (!Array.isArray(args)) throw new ProgramError(`${who}: the arguments must be a list, got ${typeof args}.`);
  for (const arg of args) {
    if (!isPosition(arg, position)) {
      throw new ProgramError(`${who}: arguments are positions of earlier instructions, got ${quote(arg)}.`);
    }
  }
  const types = args.map((arg) => program.instructions[arg].type);
  if (instruction.op === "gather") return checkGather(who, program.tables, instruction.table, type, types);
  const signature = findSignature(instruction.op, types);
  if (signature === undefined) {
    throw new ProgramError(`${who}: takes ${describeSignatures(instruction.op)}, got ${describeTypes(types)}.`);
  }
  if (signature.result !== type) throw new ProgramError(`${who}: gives ${signature.result}, is declared ${type}.`);
}

function checkConstant(who: string, type: Type, value: unknown): void {
  const fits = typeof value === "number" && (type === "float" || (type === "int" ? isInt32(value) : isBit(value)));
  const expected = { float: "a number", int: "a whole number of 32 bits", bool: "0 or 1" }[type];
  if (!fits) throw new ProgramError(`${who}: a constant of type ${type} is ${expected}, got ${quote(value)}.`);
}

function checkInput(who: string, type: Type, input: string): void {
  const expected = Object.entries(inputTypes).find(([name]) => name === input)?.[1];
  if (expected === undefined) {
    throw new ProgramError(`${who}: inputs are ${Object.keys(inputTypes).join(", ")}, got ${quote(input)}.`);
  }
  if (expected !== type) throw new ProgramError(`${who}: ${input} is ${expected}, is declared ${type}.`);
}

function checkGather(
  who: string,
  tables: readonly TableDeclaration[],
  table: number,
  type: Type,
  types: readonly Type[],
): void {
  if (!isPosition(table, tables.length)) throw new ProgramError(`${who}: no table ${quote(table)}.`);
  const { name, rank, type: held } = tables[table];
  if (types.length !== rank || types.some((type) => type !== "int")) {
    throw new ProgramError(`${who}: table ${name} takes ${rank} int indices, got ${describeTypes(types)}.`);
  }
  if (type !== held) throw new ProgramError(`${who}: table ${name} holds ${held}, is declared ${type}.`);
}

function isPosition(value: unknown, end: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < end;
}

function isBit(value: number): boolean {
  return Object.is(value, 0) || value === 1;
}

function isType(value: unknown): value is Type {
  return value === "float" || value === "int" || value === "bool";
}

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : String(value);
}
