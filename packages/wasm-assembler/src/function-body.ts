import { AssemblyError } from "./assembly-error.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { address, call, i32, letterOf, smaller, tee, writeOperand } from "./expressions.ts";
import { type Callee, InstructionWriter } from "./instruction-writer.ts";
import {
  type LaneOpcode,
  type Opcode,
  type MemoryLaneOpcode,
  type MemoryOpcode,
  type PlainOpcode,
  type ValueType,
  valueTypes,
} from "./opcodes.ts";
import type { Label } from "./type-stack.ts";
import { Local, type Operand, type Value } from "./value.ts";

/** The body of one function: parameters, locals, and instructions, which methods append. */
export class FunctionBody {
  readonly result: ValueType | null;
  #parameters: readonly ValueType[] = [];
  readonly #locals: ValueType[] = [];
  readonly #free = new Map<ValueType, Local[]>();
  readonly #released = new Set<Local>();
  readonly #writer: InstructionWriter;

  constructor(result: ValueType | null | readonly ValueType[] = null, results: readonly ValueType[] = []) {
    if (Array.isArray(result)) this.#parameters = result as ValueType[];
    this.result = Array.isArray(result) ? (results[0] ?? null) : (result as ValueType | null);
    this.#writer = new InstructionWriter(this.result);
  }

  get parameterTypes(): readonly ValueType[] {
    return this.#parameters;
  }

  /** Declares the parameters, once and before any local: `const { row, scale } = f.parameters({ row: "i32", scale: "f32" })`.
   *  What is undefined is left out.
   *  @throws {AssemblyError} when there are parameters or locals already */
  parameters<Types extends Readonly<Record<string, ValueType | undefined>>>(
    types: Types,
  ): { readonly [Name in keyof Types]: Local } {
    if (this.#parameters.length + this.#locals.length > 0) {
      throw new AssemblyError(
        "parameters: expected to be called once and before any local. Declare all parameters first.",
      );
    }
    const declared = Object.entries(types).filter((entry): entry is [string, ValueType] => entry[1] !== undefined);
    this.#parameters = declared.map(([, type]) => type);
    return Object.fromEntries(declared.map(([name, type], index) => [name, new Local(index, type)])) as {
      readonly [Name in keyof Types]: Local;
    };
  }

  /** A local that nobody else uses until it is released. */
  local(type: ValueType): Local {
    const reused = this.#free.get(type)?.pop();
    if (reused) {
      this.#released.delete(reused);
      return reused;
    }
    this.#locals.push(type);
    return new Local(this.#parameters.length + this.#locals.length - 1, type);
  }

  /** Several locals of one type. */
  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  /** A new local that holds a value. */
  let(value: Value): Local {
    if (value.type === null) throw new AssemblyError("let: expected a value, got instructions that leave none.");
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /** Gives locals back, to be used again.
   *  @throws {AssemblyError} for one that was released before */
  release(...locals: readonly Local[]): void {
    for (const local of locals) {
      if (this.#released.has(local)) {
        throw new AssemblyError(`release: local ${local.index} was released before. Release each local once.`);
      }
      this.#released.add(local);
      const free = this.#free.get(local.type) ?? [];
      free.push(local);
      this.#free.set(local.type, free);
    }
  }

  /** Appends instructions; values stay on the stack. */
  emit(...values: readonly Value[]): void {
    for (const value of values) value.writeTo(this.#writer);
  }

  /** local = value, or what is on the stack */
  set(local: Local, value?: Operand): void {
    if (value !== undefined) writeOperand(this.#writer, value, letterOf(local.type));
    this.#writer.setTop(local);
  }

  /** target += amount, for ints */
  increase(target: Local, amount: Operand): void {
    this.set(target, i32.add(target, amount));
  }

  /** target = the smaller one of two ints */
  lower(target: Local, limit: Operand): void {
    this.set(target, smaller(target, limit));
  }

  call(callee: Callee, ...operands: readonly Operand[]): void {
    call(callee, ...operands).writeTo(this.#writer);
  }

  drop(value: Value): void {
    value.writeTo(this.#writer);
    this.#writer.drop();
  }

  /** Copies bytes; source and target may overlap. */
  copyMemory(target: Operand, source: Operand, bytes: Operand): void {
    for (const operand of [target, source, bytes]) writeOperand(this.#writer, operand, "i");
    this.#writer.memoryBlock("memory.copy");
  }

  fillMemory(target: Operand, byte: Operand, bytes: Operand): void {
    for (const operand of [target, byte, bytes]) writeOperand(this.#writer, operand, "i");
    this.#writer.memoryBlock("memory.fill");
  }

  /** @param body gets the label of the block's end */
  block(body: (end: Label) => void): void {
    body(this.#writer.open("block"));
    this.#writer.end();
  }

  /** Runs once, and again for each branch to its start.
   *  @param body gets the label of its start */
  loop(body: (start: Label) => void): void {
    body(this.#writer.open("loop"));
    this.#writer.end();
  }

  if(condition: Value, then: () => void, otherwise?: () => void): void;
  if(then: () => void, otherwise?: () => void): void;
  if(first: Value | (() => void), second?: () => void, third?: () => void): void {
    const [then, otherwise] = typeof first === "function" ? [first, second] : [second as () => void, third];
    if (typeof first !== "function") first.writeTo(this.#writer);
    this.#writer.open("if");
    then();
    if (otherwise) {
      this.#writer.else();
      otherwise();
    }
    this.#writer.end();
  }

  /** Goes to a label, always or where the condition is not 0. */
  branch(label: Label, condition?: Value): void {
    condition?.writeTo(this.#writer);
    this.#writer.branchTop(label, condition !== undefined);
  }

  return(...values: readonly Value[]): void {
    this.emit(...values);
    this.#writer.returnTop();
  }

  /** Repeats `body` while a condition holds, checked first; it is written twice.
   *  @param again the condition at the end, if it says more than that at the beginning */
  while(condition: Value, body: () => void, again: Value = condition): void {
    this.if(condition, () =>
      this.loop((start) => {
        body();
        this.branch(start, again);
      }),
    );
  }

  /** Repeats `body` for `counter` from its present value while it is below `limit` (checked first), both signed: for counts, where a limit may lie
   *  below 0. */
  forRange(counter: Local, limit: Operand, step: number, body: () => void): void {
    this.while(i32.lt_s(counter, limit), body, i32.lt_s(tee(counter, i32.add(counter, step)), limit));
  }

  /** Repeats `body` for `address` from its present value while it is below `end` (checked first), both unsigned: memory goes up to 4 GiB.
   *  @param step bytes added after each round; 0 where `body` moves the address itself */
  forAddresses(address: Local, end: Operand, step: number, body: () => void): void {
    this.while(i32.lt_u(address, end), body, i32.lt_u(tee(address, i32.add(address, step)), end));
  }

  // Instructions one at a time, on what lies on the stack.

  parameter(index: number): Local {
    return new Local(index, this.#parameters[index]);
  }
  op(opcode: Opcode, ...immediates: readonly number[]): void {
    const writer = this.#writer;
    if (opcode === "select") writer.select();
    else if (opcode === "drop") writer.drop();
    else if (opcode === "return") writer.returnTop();
    else if (opcode === "memory.copy" || opcode === "memory.fill") writer.memoryBlock(opcode);
    else if (opcode === "loop") writer.open("loop");
    else if (opcode === "if") writer.open("if", immediates[0] === 0x7f ? "i32" : null);
    else if (opcode === "else") writer.else("i32");
    else if (opcode === "end") writer.end();
    else if (opcode === "br" || opcode === "br_if") writer.branchBy(immediates[0], opcode === "br_if");
    else if (opcode === "i32.atomic.rmw.add") writer.memory(opcode, immediates[1]);
    else writer.op(opcode as PlainOpcode);
  }
  get(local: Local): void {
    this.#writer.get(local);
  }
  tee(local: Local): void {
    this.#writer.teeTop(local);
  }
  i32(value: number): void {
    this.#writer.i32(value);
  }
  f32(value: number): void {
    this.#writer.f32(value);
  }
  f32x4(value: number): void {
    this.#writer.f32x4(value);
  }
  f64x2(value: number): void {
    this.#writer.f64x2(value);
  }
  i32x4(a: number, b?: number, c?: number, d?: number): void {
    this.#writer.i32x4(a, b, c, d);
  }
  memory(opcode: MemoryOpcode, offset?: number): void {
    this.#writer.memory(opcode, offset);
  }
  lane(opcode: LaneOpcode, lane: number): void {
    this.#writer.lane(opcode, lane);
  }
  memoryLane(opcode: MemoryLaneOpcode, offset: number, lane: number): void {
    this.#writer.memoryLane(opcode, offset, lane);
  }
  shuffle(lanes: readonly number[]): void {
    this.#writer.shuffle(lanes);
  }
  splat(): void {
    this.#writer.op("f32x4.splat");
  }
  address(base: Local, offset: number, index?: Local, bytes: number = 1): void {
    this.emit(address(base, offset, index, bytes));
  }
  assign(target: Local, value: number): void {
    this.set(target, value);
  }
  smaller(a: Local, b: Local | number): void {
    this.emit(smaller(a, b));
  }

  /** Appends the function as an entry of the code section.
   *  @throws {AssemblyError} when a block is open, or results are missing, wrong or not the only values on the stack */
  encode(writer: ByteWriter): void {
    const code = this.#writer.code();
    writer.sized((body) => {
      body.unsigned(this.#locals.length);
      for (const type of this.#locals) {
        body.byte(1);
        body.byte(valueTypes[type]);
      }
      body.bytes(code);
      body.byte(0x0b);
    });
  }
}
