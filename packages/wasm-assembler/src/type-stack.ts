import { AssemblyError } from "./assembly-error.ts";
import type { Instruction } from "./instructions.ts";
import type { ValueType } from "./opcodes.ts";

/** A block, loop or if, as what branches go to: the end of a block or if, the start of a loop. */
export interface Label {
  readonly name: string;
}

/** A block, loop, half of an if or function that is open. */
interface Frame extends Label {
  /** Values below that belong to what encloses it. */
  readonly height: number;
  readonly results: readonly ValueType[];
  /** Whether what follows never runs: behind a branch or return operands may be missing. */
  unreachable: boolean;
}

const names = (types: readonly ValueType[]): string => (types.length === 0 ? "nothing" : types.join(", "));

/** The types of the values on WebAssembly's stack while instructions are written (the validation algorithm of WebAssembly 3.0, appendix A.3), so that a
 *  mistake is an error at the line that makes it and not of a module of thousands of instructions. */
export class TypeStack {
  readonly #types: ValueType[] = [];
  readonly #frames: Frame[];
  #frame: Frame;

  constructor(results: readonly ValueType[]) {
    this.#frame = { name: "the function", height: 0, results, unreachable: false };
    this.#frames = [this.#frame];
  }

  push(type: ValueType): void {
    this.#types.push(type);
  }

  apply({ name, operands, result }: Instruction): void {
    this.take(name, operands);
    if (result !== null) this.#types.push(result);
  }

  /** Takes an instruction's operands off the stack.
   *  @throws {AssemblyError} when there are too few or they are of other types */
  take(name: string, operands: readonly ValueType[]): void {
    const types = this.#types;
    for (let index = operands.length - 1; index >= 0; index--) {
      if (types.length > this.#frame.height) {
        if (types[types.length - 1] !== operands[index]) this.#refuse(name, operands, index);
        types.pop();
      } else if (!this.#frame.unreachable) this.#refuse(name, operands, index);
    }
  }

  /** Takes one value.
   *  @throws {AssemblyError} when there is none or it is of another type */
  takeOne(name: string, type: ValueType): void {
    if (this.#types.length > this.#frame.height && this.#types[this.#types.length - 1] === type) this.#types.pop();
    else this.take(name, [type]);
  }

  /** Takes one value of any type. */
  takeAny(name: string): ValueType {
    if (this.#types.length > this.#frame.height) return this.#types.pop() as ValueType;
    if (this.#frame.unreachable) return "i32";
    throw new AssemblyError(`${name}: expected a value on the stack, got none. Push it first.`);
  }

  open(name: string, results: readonly ValueType[]): Label {
    this.#frame = { name, height: this.#types.length, results, unreachable: false };
    this.#frames.push(this.#frame);
    return this.#frame;
  }

  /** Ends the innermost frame and leaves its results.
   *  @throws {AssemblyError} when they are not there, are of another type, or something is left beside them */
  close(): void {
    this.checkEnd();
    const { height, results } = this.#frame;
    this.#frames.pop();
    this.#frame = this.#frames[this.#frames.length - 1];
    this.#types.length = height;
    this.#types.push(...results);
  }

  /** @throws {AssemblyError} as `close` does */
  checkEnd(): void {
    const { name, height, results, unreachable } = this.#frame;
    const left = this.#types.slice(height);
    const fits = left.length === results.length && left.every((type, index) => type === results[index]);
    if (fits || (unreachable && left.length === 0)) return;
    throw new AssemblyError(
      `end of ${name}: expected ${names(results)} on the stack, got ${names(left)}. ` +
        (left.length > results.length ? "Store, set or drop what is left over." : "Push what it results in."),
    );
  }

  /** @throws {AssemblyError} when the function is not complete: a block is open or its results are missing */
  checkFunction(): void {
    if (this.#frames.length > 1) {
      throw new AssemblyError(`end of the function: ${this.#frame.name} is still open. End it first.`);
    }
    this.checkEnd();
  }

  get functionResults(): readonly ValueType[] {
    return this.#frames[0].results;
  }

  labelAt(depth: number): Label {
    return this.#frames[this.#frames.length - 1 - depth];
  }

  /** How many frames there are inside a label's.
   *  @throws {AssemblyError} when that has ended */
  distance(label: Label): number {
    const place = this.#frames.indexOf(label as Frame);
    if (place >= 0) return this.#frames.length - 1 - place;
    throw new AssemblyError(`branch: expected a label that is open, got that of a ${label.name} that has ended.`);
  }

  /** What follows in this frame never runs. */
  leave(): void {
    this.#types.length = this.#frame.height;
    this.#frame.unreachable = true;
  }

  #refuse(name: string, operands: readonly ValueType[], index: number): never {
    const missing = index + 1;
    const below = this.#types.slice(this.#frame.height);
    const present = [...below, ...operands.slice(missing)];
    const got = names(present.slice(-operands.length));
    const remedy =
      below.length === 0 ? "Push what is missing first." : "Convert it, or write the instruction for its type.";
    throw new AssemblyError(`${name}: expected ${names(operands)} on the stack, got ${got}. ${remedy}`);
  }
}
