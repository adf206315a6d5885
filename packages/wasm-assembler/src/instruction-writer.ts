import { ByteWriter } from "./byte-writer.ts";
import { instructions } from "./instructions.ts";
import {
  type LaneOpcode,
  type MemoryLaneOpcode,
  type MemoryOpcode,
  type PlainOpcode,
  type ValueType,
  valueTypes,
} from "./opcodes.ts";
import { type Label, TypeStack } from "./type-stack.ts";

/** A local variable or parameter of a function. */
export interface Variable {
  readonly index: number;
  readonly type: ValueType;
}

/** A function of the module, for `call`. */
export interface Callee {
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | null;
}

/** Instructions one after the other, as bytes, and the types of the values that they leave on the stack. */
export class InstructionWriter {
  readonly #code = new ByteWriter();
  readonly #types: TypeStack;

  constructor(result: ValueType | null) {
    this.#types = new TypeStack(result === null ? [] : [result]);
  }

  op(opcode: PlainOpcode): void {
    const instruction = instructions[opcode];
    this.#code.bytes(instruction.bytes);
    this.#types.apply(instruction);
  }

  get(local: Variable): void {
    this.#code.bytes(instructions["local.get"].bytes);
    this.#code.unsigned(local.index);
    this.#types.push(local.type);
  }

  /** Stores what is on the stack in a local. */
  setTop(local: Variable): void {
    this.#code.bytes(instructions["local.set"].bytes);
    this.#code.unsigned(local.index);
    this.#types.takeOne("local.set", local.type);
  }

  /** Stores what is on the stack in a local and leaves it there. */
  teeTop(local: Variable): void {
    this.#code.bytes(instructions["local.tee"].bytes);
    this.#code.unsigned(local.index);
    this.#types.takeOne("local.tee", local.type);
    this.#types.push(local.type);
  }

  i32(value: number): void {
    this.#code.bytes(instructions["i32.const"].bytes);
    this.#code.signed(value);
    this.#types.push("i32");
  }

  f32(value: number): void {
    this.#code.bytes(instructions["f32.const"].bytes);
    this.#code.float32(value);
    this.#types.push("f32");
  }

  /** Four equal floats. */
  f32x4(value: number): void {
    this.#vector();
    for (let lane = 0; lane < 4; lane++) this.#code.float32(value);
  }

  /** Two equal float64. */
  f64x2(value: number): void {
    this.#vector();
    for (let lane = 0; lane < 2; lane++) this.#code.float64(value);
  }

  /** Four ints. */
  i32x4(a: number, b: number = a, c: number = a, d: number = a): void {
    this.#vector();
    for (const lane of [a, b, c, d]) this.#code.int32(lane);
  }

  /** A load or store; `offset` bytes are added to the address on the stack. */
  memory(opcode: MemoryOpcode, offset: number = 0): void {
    const instruction = instructions[opcode];
    this.#code.bytes(instruction.bytes);
    // log2 of the alignment: a hint, but for atomics, which must name their own
    this.#code.byte(opcode === "i32.atomic.rmw.add" ? 2 : 0);
    this.#code.unsigned(offset);
    this.#types.apply(instruction);
  }

  lane(opcode: LaneOpcode, lane: number): void {
    const instruction = instructions[opcode];
    this.#code.bytes(instruction.bytes);
    this.#code.byte(lane);
    this.#types.apply(instruction);
  }

  /** A load or store of one lane; address and vector are on the stack. */
  memoryLane(opcode: MemoryLaneOpcode, offset: number, lane: number): void {
    const instruction = instructions[opcode];
    this.#code.bytes(instruction.bytes);
    this.#code.byte(0);
    this.#code.unsigned(offset);
    this.#code.byte(lane);
    this.#types.apply(instruction);
  }

  /** Four lanes of the two vectors on the stack: 0 to 3 are the first one's, 4 to 7 the second's. */
  shuffle(lanes: readonly number[]): void {
    this.#code.bytes(instructions["i8x16.shuffle"].bytes);
    for (const lane of lanes) for (let byte = 0; byte < 4; byte++) this.#code.byte(lane * 4 + byte);
    this.#types.take("i8x16.shuffle", ["v128", "v128"]);
    this.#types.push("v128");
  }

  /** The second of three values, or where the third is not 0 the first. */
  select(): void {
    this.#code.bytes(instructions.select.bytes);
    this.#types.takeOne("select", "i32");
    const type = this.#types.takeAny("select");
    this.#types.takeOne("select", type);
    this.#types.push(type);
  }

  drop(): void {
    this.#code.bytes(instructions.drop.bytes);
    this.#types.takeAny("drop");
  }

  /** Copies bytes or fills them; target, source or byte, and count are on the stack. */
  memoryBlock(opcode: "memory.copy" | "memory.fill"): void {
    this.#code.bytes(instructions[opcode].bytes);
    this.#code.byte(0);
    if (opcode === "memory.copy") this.#code.byte(0);
    this.#types.take(opcode, ["i32", "i32", "i32"]);
  }

  callTop(callee: Callee): void {
    this.#code.bytes(instructions.call.bytes);
    this.#code.unsigned(callee.index);
    this.#types.take(`call of function ${callee.index}`, callee.parameters);
    if (callee.result !== null) this.#types.push(callee.result);
  }

  /** Starts a block, a loop, or the first half of an if whose condition is on the stack. */
  open(kind: "block" | "loop" | "if", result: ValueType | null = null): Label {
    this.#code.bytes(instructions[kind].bytes);
    this.#code.byte(result === null ? 0x40 : valueTypes[result]);
    if (kind === "if") this.#types.takeOne("if", "i32");
    return this.#types.open(kind, result === null ? [] : [result]);
  }

  /** Ends the first half of an if and starts the other. */
  else(result: ValueType | null = null): void {
    this.#code.bytes(instructions.else.bytes);
    this.#types.close();
    if (result !== null) this.#types.take("else", [result]);
    this.#types.open("else", result === null ? [] : [result]);
  }

  end(): void {
    this.#code.bytes(instructions.end.bytes);
    this.#types.close();
  }

  /** Goes to the end of a block or the start of a loop, always or where the int on the stack is not 0.
   *  @throws {AssemblyError} when it is not open any more */
  branchTop(label: Label, conditional: boolean): void {
    const up = this.#types.distance(label);
    this.#code.bytes(instructions[conditional ? "br_if" : "br"].bytes);
    this.#code.unsigned(up);
    if (conditional) this.#types.takeOne("br_if", "i32");
    else this.#types.leave();
  }

  branchBy(depth: number, conditional: boolean): void {
    this.branchTop(this.#types.labelAt(depth), conditional);
  }

  returnTop(): void {
    this.#code.bytes(instructions.return.bytes);
    this.#types.take("return", this.#types.functionResults);
    this.#types.leave();
  }

  /** The function's instructions, once they are complete.
   *  @throws {AssemblyError} when a block is open, or results are missing, wrong or not the only values on the stack */
  code(): Uint8Array {
    this.#types.checkFunction();
    return this.#code.written();
  }

  #vector(): void {
    this.#code.bytes(instructions["v128.const"].bytes);
    this.#types.push("v128");
  }
}
