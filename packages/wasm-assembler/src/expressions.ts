import type { Callee, InstructionWriter } from "./instruction-writer.ts";
import { instructions } from "./instructions.ts";
import {
  laneOpcodes,
  type Letter,
  letterTypes,
  memoryLaneOpcodes,
  memoryOpcodes,
  type Opcode,
  plainOpcodes,
  type ValueType,
} from "./opcodes.ts";
import { AssemblyError } from "./assembly-error.ts";
import type { Local, Operand, Value } from "./value.ts";

/** One operand for each letter of a signature. */
type Operands<Letters extends string> = Letters extends `${string}${infer Rest}` ? [Operand, ...Operands<Rest>] : [];

type Own<Prefix extends string, Name> = Name extends `${Prefix}.${infer Rest}` ? Rest : never;

/** The instructions of one type by their own names, as functions from operands to the value that they make of them. */
type Instructions<Prefix extends string> = {
  readonly [Name in keyof typeof plainOpcodes as Own<Prefix, Name>]: (
    ...operands: Operands<(typeof plainOpcodes)[Name][1]>
  ) => Value;
} & {
  readonly [Name in keyof typeof memoryOpcodes as Own<Prefix, Name>]: (
    ...operands: [...Operands<(typeof memoryOpcodes)[Name][1]>, offset?: number]
  ) => Value;
} & {
  readonly [Name in keyof typeof laneOpcodes as Own<Prefix, Name>]: (
    ...operands: [...Operands<(typeof laneOpcodes)[Name][1]>, lane: number]
  ) => Value;
} & {
  readonly [Name in keyof typeof memoryLaneOpcodes as Own<Prefix, Name>]: (
    ...operands: [...Operands<(typeof memoryLaneOpcodes)[Name][1]>, offset: number, lane: number]
  ) => Value;
};

const value = (type: ValueType | null, writeTo: (writer: InstructionWriter) => void): Value => ({ type, writeTo });

/** Writes an operand. A number is a constant of the letter's type; for `v`, whose numbers nobody knows, it is refused. */
export function writeOperand(writer: InstructionWriter, operand: Operand, letter: Letter): void {
  if (typeof operand !== "number") operand.writeTo(writer);
  else if (letter === "i") writer.i32(operand);
  else if (letter === "f") writer.f32(operand);
  else if (letter === "F") writer.f32x4(operand);
  else if (letter === "I") writer.i32x4(operand);
  else if (letter === "D") writer.f64x2(operand);
  else {
    throw new AssemblyError(
      `operand: expected a value of type ${letterTypes[letter]}, got the number ${operand}. Write f32x4.const(${operand}) or i32x4.const(${operand}).`,
    );
  }
}

/** Functions for all instructions of a group. `write` gets the immediates, which stand behind the operands. */
function functionsOf<Name extends Opcode>(
  group: Readonly<Record<Name, readonly [bytes: unknown, operands: string, result: string]>>,
  write: (writer: InstructionWriter, name: Name, first: number, second: number) => void,
): [Name, (...operands: Operand[]) => Value][] {
  return (Object.keys(group) as Name[]).map((name) => {
    const letters = [...group[name][1]] as Letter[];
    const count = letters.length;
    const make = (...operands: Operand[]): Value =>
      value(instructions[name].result, (writer) => {
        for (let index = 0; index < count; index++) writeOperand(writer, operands[index], letters[index]);
        write(writer, name, operands[count] as number, operands[count + 1] as number);
      });
    return [name, make];
  });
}

const functions: ReadonlyMap<Opcode, (...operands: Operand[]) => Value> = new Map<
  Opcode,
  (...operands: Operand[]) => Value
>([
  ...functionsOf(plainOpcodes, (writer, name) => writer.op(name)),
  ...functionsOf(memoryOpcodes, (writer, name, offset) => writer.memory(name, offset)),
  ...functionsOf(laneOpcodes, (writer, name, lane) => writer.lane(name, lane)),
  ...functionsOf(memoryLaneOpcodes, (writer, name, offset, lane) => writer.memoryLane(name, offset, lane)),
]);

const ofType = <Prefix extends string>(prefix: Prefix): Instructions<Prefix> =>
  Object.fromEntries(
    [...functions].flatMap(([name, make]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), make]] : [],
    ),
  ) as Instructions<Prefix>;

type WithConstants<Prefix extends string> = Instructions<Prefix> & { readonly const: (number: number) => Value };

const withConstants = <Prefix extends "i32" | "f32" | "f32x4" | "f64x2">(
  prefix: Prefix,
  type: ValueType,
): WithConstants<Prefix> => ({
  ...ofType(prefix),
  const: (number: number) => value(type, (writer) => writer[prefix](number)),
});

// Instructions by type and name, as in WebAssembly's text format: `i32.add(row, 16)`, `v128.load(row, 16)` with the offset last.
export const i32: WithConstants<"i32"> = withConstants("i32", "i32");
export const f32: WithConstants<"f32"> = withConstants("f32", "f32");
export const f64: Instructions<"f64"> = ofType("f64");
export const v128: Instructions<"v128"> = ofType("v128");
/** `const` has the number in every lane. */
export const f32x4: WithConstants<"f32x4"> = withConstants("f32x4", "v128");
export const f64x2: WithConstants<"f64x2"> = withConstants("f64x2", "v128");
/** `const` has one number in every lane, or four. */
export const i32x4: Instructions<"i32x4"> & {
  readonly const: (...lanes: readonly [number, number?, number?, number?]) => Value;
} = { ...ofType("i32x4"), const: (...lanes) => value("v128", (writer) => writer.i32x4(...lanes)) };

/** An instruction whose name is a variable. */
export const operation = (opcode: keyof typeof plainOpcodes, ...operands: readonly Operand[]): Value =>
  (functions.get(opcode) as (...operands: readonly Operand[]) => Value)(...operands);

/** What the int at an address is before an amount is added to it, in one step that threads share. */
export const atomicAdd = (at: Operand, amount: Operand): Value => i32["atomic.rmw.add"](at, amount);

/** Four lanes of two vectors: 0 to 3 are the first one's, 4 to 7 the second's. */
export const shuffle = (a: Value, b: Value, lanes: readonly number[]): Value =>
  value("v128", (writer) => {
    a.writeTo(writer);
    b.writeTo(writer);
    writer.shuffle(lanes);
  });

const constantLetters: Readonly<Partial<Record<ValueType, Letter>>> = { i32: "i", f32: "f" };
/** The letter by which numbers among operands of one type are written. */
export const letterOf = (type: ValueType | null): Letter => constantLetters[type ?? "v128"] ?? "v";

const typeOf = (a: Operand, b: Operand): ValueType | null =>
  typeof a !== "number" ? a.type : typeof b !== "number" ? b.type : "i32";

/** `condition ? a : b`; both are computed. */
export const select = (a: Operand, b: Operand, condition: Operand): Value => {
  const type = typeOf(a, b);
  return value(type, (writer) => {
    writeOperand(writer, a, letterOf(type));
    writeOperand(writer, b, letterOf(type));
    writeOperand(writer, condition, "i");
    writer.select();
  });
};

/** `condition ? a : b`, of which one is computed. */
export const either = (condition: Value, a: Operand, b: Operand): Value => {
  const type = typeOf(a, b);
  return value(type, (writer) => {
    condition.writeTo(writer);
    writer.open("if", type);
    writeOperand(writer, a, letterOf(type));
    writer.else(type);
    writeOperand(writer, b, letterOf(type));
    writer.end();
  });
};

/** The smaller of two ints, signed; each is written twice. */
export const smaller = (a: Value, b: Operand): Value => select(a, b, i32.lt_s(a, b));

/** Sets a local to a value and gives the value. */
export const tee = (local: Local, operand: Operand): Value =>
  value(local.type, (writer) => {
    writeOperand(writer, operand, letterOf(local.type));
    writer.teeTop(local);
  });

/** What a function gives. */
export const call = (callee: Callee, ...operands: readonly Operand[]): Value =>
  value(callee.result, (writer) => {
    for (const [index, operand] of operands.entries())
      writeOperand(writer, operand, letterOf(callee.parameters[index]));
    writer.callTop(callee);
  });

/** `base + offset + index × bytes`, without what adds or multiplies nothing. */
export const address = (base: Value, offset: number, index?: Value, bytes: number = 1): Value => {
  const start = offset === 0 ? base : i32.add(base, offset);
  return index ? i32.add(start, bytes === 1 ? index : i32.mul(index, bytes)) : start;
};

/** A value of instructions that `write` appends itself. */
export const written = (type: ValueType | null, write: () => void): Value => value(type, write);
