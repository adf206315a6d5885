import { describeValue, readFields, sizeOf, tensor, wholeNumber } from "@fovea/tensor";
import type { DType, Tensor } from "@fovea/tensor";
import { tableDTypes } from "../ir/check-table.ts";
import { decodeNumber } from "./json-number.ts";
import { jsonVersion } from "./json.ts";
import { isInt32, limits } from "../ir/limits.ts";
import type { Instruction, Program, TableDeclaration } from "../ir/program.ts";
import { ProgramError } from "../ir/program-error.ts";
import { isTableName } from "../ir/table-name.ts";
import { verify } from "../ir/verify.ts";

/** Elements of one table at most. */
const maximumElements = 2 ** 24;

/** The program that `toJSON` wrote. What it is given may come from a stranger: everything is checked, and `verify` has the last word.
 *  @param json the data, or its text
 *  @throws {ProgramError} for another version, fields that are missing, unknown or of the wrong kind, data that does not fill its shape,
 *  and whatever `verify` refuses */
export function fromJSON(json: unknown): Program {
  const given = record("the program", typeof json === "string" ? parse(json) : json, programFields);
  if (given.version !== jsonVersion) {
    throw new ProgramError(
      `fromJSON: expected version ${jsonVersion}, got ${describeValue(given.version)}. Save it again.`,
    );
  }
  const tables = list("tables", given.tables, limits.tables).map(readDeclaration);
  const program: Program = Object.freeze({
    tables: Object.freeze(tables),
    instructions: Object.freeze(list("instructions", given.instructions, limits.instructions).map(readInstruction)),
    result: integer("result", given.result),
    values: Object.freeze(readValues(tables, given.values)),
  });
  verify(program);
  return program;
}

const programFields = ["version", "tables", "instructions", "result", "values"] as const;

/** The fields of an instruction beside op and type. */
const instructionFields: Readonly<Record<string, readonly string[]>> = {
  constant: ["value"],
  input: ["input"],
  gather: ["table", "args"],
};

function readDeclaration(json: unknown, index: number): TableDeclaration {
  const what = `tables[${index}]`;
  const { name, type, rank } = record(what, json, ["name", "type", "rank"]);
  // verify holds them against what is allowed
  return Object.freeze({
    name: text(`${what}.name`, name),
    type: text(`${what}.type`, type) as TableDeclaration["type"],
    rank: integer(`${what}.rank`, rank),
  });
}

function readInstruction(json: unknown, index: number): Instruction {
  const what = `instructions[${index}]`;
  const op = text(`${what}.op`, typeof json === "object" && json !== null ? readOp(json) : undefined);
  const fields = Object.hasOwn(instructionFields, op) ? instructionFields[op] : ["args"];
  const given: Record<string, unknown> = record(what, json, ["op", "type", ...fields]);
  const type = text(`${what}.type`, given["type"]);
  const read: Record<string, unknown> = { op, type };
  for (const field of fields) {
    const place = `${what}.${field}`;
    const value = given[field];
    if (field === "value") read[field] = decodeNumber(place, value);
    if (field === "input") read[field] = text(place, value);
    if (field === "table") read[field] = integer(place, value);
    if (field === "args") {
      read[field] = Object.freeze(list(place, value, limits.rank).map((arg) => integer(place, arg)));
    }
  }
  return Object.freeze(read) as unknown as Instruction;
}

/** Which fields there are depends on it, so it is read before them. */
function readOp(json: object): unknown {
  try {
    return (json as { op?: unknown }).op;
  } catch {
    return undefined;
  }
}

function readValues(tables: readonly TableDeclaration[], json: unknown): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new ProgramError(`fromJSON: values must be an object, got ${describeValue(json)}.`);
  }
  const names = Object.keys(json);
  for (const name of names) {
    if (isTableName(name) && tables.some((table) => table.name === name)) continue;
    throw new ProgramError(`fromJSON: values for ${describeValue(name)}, which is no table of the program.`);
  }
  const given = record("values", json, names);
  for (const table of tables) {
    const { name } = table;
    if (names.includes(name)) values[name] = readTensor(`values.${name}`, table, given[name]);
  }
  return values;
}

function readTensor(what: string, { type }: TableDeclaration, json: unknown): Tensor {
  const given = record(what, json, ["dtype", "shape", "data"]);
  const allowed: readonly DType[] = Object.hasOwn(tableDTypes, type) ? tableDTypes[type] : [];
  const dtype = allowed.find((dtype) => dtype === given.dtype);
  if (dtype === undefined) {
    throw new ProgramError(
      `fromJSON: ${what}.dtype must be ${allowed.join(" or ")}, got ${describeValue(given.dtype)}.`,
    );
  }
  const shape = list(`${what}.shape`, given.shape, limits.rank).map((length) => integer(`${what}.shape`, length));
  const size = sizeOf(shape);
  const data = list(`${what}.data`, given.data, maximumElements);
  if (data.length !== size) {
    throw new ProgramError(
      `fromJSON: ${what}.data must have ${size} elements for shape [${shape.join(", ")}], got ${data.length}.`,
    );
  }
  const numbers = data.map((value) => decodeNumber(`${what}.data`, value));
  if (!numbers.every(canHold[dtype] ?? (() => true))) {
    throw new ProgramError(`fromJSON: ${what}.data holds a number that ${dtype} cannot.`);
  }
  try {
    return tensor(dtype === "bool" ? Uint8Array.from(numbers) : numbers, { dtype, shape });
  } catch (cause) {
    // an axis of length 0 beside one that no tensor can have
    throw new ProgramError(`fromJSON: ${what}.shape is none that a tensor can have, got [${shape.join(", ")}].`, {
      cause,
    });
  }
}

/** What a dtype may hold, where that is not every number. */
const canHold: Partial<Readonly<Record<DType, (value: number) => boolean>>> = {
  float32: isFloat32,
  int32: isInt32,
  bool: isBit,
};

function isFloat32(value: number): boolean {
  return Object.is(Math.fround(value), value);
}

function isBit(value: number): boolean {
  return Object.is(value, 0) || value === 1;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new ProgramError("fromJSON: the text is no JSON. It may be cut short.", { cause });
  }
}

function record<Name extends string>(what: string, json: unknown, names: readonly Name[]): Record<Name, unknown> {
  return readFields(`fromJSON: ${what}`, json, names, ProgramError);
}

function list(what: string, json: unknown, most: number): unknown[] {
  if (!Array.isArray(json)) throw new ProgramError(`fromJSON: ${what} must be an array, got ${describeValue(json)}.`);
  if (json.length > most) throw new ProgramError(`fromJSON: ${what} may have ${most} entries, got ${json.length}.`);
  try {
    // holes become undefined, which no reader takes
    return Array.from(json as unknown[]);
  } catch (cause) {
    throw new ProgramError(`fromJSON: ${what} has an entry that cannot be read.`, { cause });
  }
}

function integer(what: string, json: unknown): number {
  return wholeNumber("fromJSON", what, json, 0, undefined, ProgramError);
}

function text(what: string, json: unknown): string {
  if (typeof json === "string") return json;
  throw new ProgramError(`fromJSON: ${what} must be text, got ${describeValue(json)}.`);
}
