import type { Input, Program, TableDeclaration, Type } from "@fovea/program";
import type { Operand } from "@fovea/block-operations";
import type { DType, Tensor } from "@fovea/tensor";
import { AttentionError } from "../attention-error.ts";
import type { CheckedProgram, ProgramRole } from "./check-program.ts";

const tableTypes: Readonly<Record<Type, readonly DType[]>> = {
  float: ["float32", "float64"],
  int: ["int32"],
  bool: ["bool"],
};

/** How far the inputs that may index a table reach in this call: the number of values from 0 that occur. */
export type InputCounts = Readonly<Partial<Record<Input, number>>>;

/** What each table of a program holds in one call, by name. */
export interface CheckedTables<Table extends Operand = Tensor> {
  /** Every table that the program came with. */
  readonly declared: Readonly<Record<string, Table>>;
  /** Those that are left after simplification: what a kernel gets. */
  readonly used: Readonly<Record<string, Table>>;
}

/** Settles what each table of a program holds in this call: the caller's table, else the program's own.
 *  @param counts a table gathered directly by one of these inputs must cover it; a computed index outside a table reads 0. What counts is the
 *    program as it was written: `t.at(key)` is direct, `t.at(key.subtract(shift))` computed whatever the shift, 0 too
 *  @throws {AttentionError} for unknown, missing, wrong or short tables */
export function checkTables<T extends Operand>(
  role: ProgramRole,
  checked: CheckedProgram | null,
  overrides: Readonly<Record<string, T>>,
  counts: InputCounts,
): CheckedTables<T | Tensor> {
  const declared = checked?.source.tables ?? [];
  for (const name of Object.keys(overrides)) {
    if (declared.some((table) => table.name === name)) continue;
    const names = declared.map((table) => table.name).join(", ") || "none";
    throw new AttentionError(`attention: the ${role} program has no table "${name}"; its tables: ${names}.`);
  }
  const tables: Record<string, T | Tensor> = {};
  for (const table of declared) {
    const values = Object.hasOwn(overrides, table.name) ? overrides[table.name] : checked?.source.values[table.name];
    tables[table.name] = checkTable(role, table, values);
  }
  if (!checked) return { declared: tables, used: {} };
  checkCoverage(role, checked.source, tables, counts);
  if (!checked.program) return { declared: tables, used: {} };
  const used = checked.program.tables.map(({ name }) => [name, tables[name]] as const);
  return { declared: tables, used: Object.fromEntries(used) };
}

function checkTable<Table extends Operand>(
  role: ProgramRole,
  { name, type, rank }: TableDeclaration,
  values: Table | undefined,
): Table {
  const who = `attention: table "${name}" of the ${role} program`;
  if (values === undefined) {
    throw new AttentionError(`${who} has no values. Pass tables: { ${role}: { ${name}: … } }.`);
  }
  if (values === null || typeof values !== "object" || !Array.isArray(values.shape)) {
    throw new AttentionError(`${who}: expected a tensor. Make one with tensor(values).`);
  }
  if (!tableTypes[type].includes(values.dtype)) {
    throw new AttentionError(`${who}: expected ${tableTypes[type].join(" or ")}, got ${values.dtype}. Cast it first.`);
  }
  if (values.shape.length !== rank) {
    throw new AttentionError(`${who}: expected rank ${rank}, got shape [${values.shape.join(", ")}].`);
  }
  return values;
}

function checkCoverage(
  role: ProgramRole,
  { instructions, tables: declared, result }: Program,
  tables: Readonly<Record<string, Operand>>,
  counts: InputCounts,
): void {
  const read = new Set([result]);
  for (let position = result; position >= 0; position--) {
    const instruction = instructions[position];
    if (!read.has(position) || !("args" in instruction)) continue;
    for (const arg of instruction.args) read.add(arg);
    if (instruction.op !== "gather") continue;
    const { name } = declared[instruction.table];
    instruction.args.forEach((arg, axis) => {
      const index = instructions[arg];
      if (index.op !== "input") return;
      const needed = counts[index.input] ?? 0;
      const length = tables[name].shape[axis];
      if (length >= needed) return;
      throw new AttentionError(
        `attention: table "${name}" of the ${role} program is indexed by ${index.input} on axis ${axis}, ` +
          `which reaches ${needed - 1}, got length ${length}. Make the table at least ${needed} long.`,
      );
    });
  }
}
