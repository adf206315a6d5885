import type { Operation } from "../ir/operations.ts";
import type { ProgramBuilder } from "../ir/program-builder.ts";
import type { SimplifyingWriter } from "../simplify/simplifying-writer.ts";

/** A part of d result / d value, which counts only where `guard` (a position of a bool) holds; null: everywhere. */
interface Part {
  readonly gradient: number;
  readonly guard: number | null;
}

/** What is known of d result / d each value while going backward.
 *
 *  What `select` did not choose must have no influence, but 0 * Infinity is NaN; so a choice does not multiply by 0: its condition
 *  travels along as a guard, gradients are computed as if it held, and a `select` drops them at the end. */
export class Adjoints {
  /** Position of the score input, when the result rests on it. */
  readonly score: number | undefined;
  /** Reads of float tables that the result rests on. */
  readonly reads: readonly number[];
  readonly #builder: ProgramBuilder;
  readonly #writer: SimplifyingWriter;
  readonly #active = new Set<number>();
  readonly #parts = new Map<number, Part[]>();

  constructor(builder: ProgramBuilder, writer: SimplifyingWriter) {
    this.#builder = builder;
    this.#writer = writer;
    const reads: number[] = [];
    let score: number | undefined;
    for (const [position, instruction] of builder.instructions.entries()) {
      const { op, type } = instruction;
      const isScore = instruction.op === "input" && instruction.input === "score";
      const isRead = op === "gather" && type === "float";
      if (isScore) score = position;
      if (isRead) reads.push(position);
      const args = "args" in instruction && op !== "gather" ? instruction.args : [];
      if (isScore || isRead || (type === "float" && args.some((arg) => this.#active.has(arg))))
        this.#active.add(position);
    }
    this.score = score;
    this.reads = reads;
  }

  /** d result / d result is 1. */
  start(result: number): void {
    this.pass(result, { gradient: this.constant(1), guard: null });
  }

  /** Whether a float rests on the score or a table, so that its derivative is asked for. */
  isActive(position: number): boolean {
    return this.#active.has(position);
  }

  /** Arguments of what stands at a position. */
  argsOf(position: number): readonly number[] {
    const instruction = this.#builder.instructions[position];
    return "args" in instruction ? instruction.args : [];
  }

  constant(value: number): number {
    return this.#writer.constant(value, "float");
  }

  apply(op: Operation, ...args: readonly number[]): number {
    return this.#writer.apply(op, ...args);
  }

  /** The gradient of a value, still to be guarded. Parts under different guards are guarded and added. */
  sum(position: number): Part | undefined {
    const parts = this.#parts.get(position) ?? [];
    if (parts.length === 0) return undefined;
    const [{ guard }] = parts;
    const isShared = parts.every((part) => part.guard === guard);
    const gradients = parts.map((part) => (isShared ? part.gradient : this.#guarded(part)));
    return {
      gradient: gradients.reduce((sum, gradient) => this.apply("add", sum, gradient)),
      guard: isShared ? guard : null,
    };
  }

  /** The whole gradient of a value. */
  total(position: number): number {
    const part = this.sum(position);
    return part === undefined ? this.constant(0) : this.#guarded(part);
  }

  /** Adds a part to the gradient of a value, if it is asked for. */
  pass(position: number, part: Part): void {
    if (!this.isActive(position)) return;
    const parts = this.#parts.get(position);
    if (parts) parts.push(part);
    else this.#parts.set(position, [part]);
  }

  /** Both conditions. */
  both(a: number | null, b: number): number {
    return a === null ? b : this.apply("and", a, b);
  }

  #guarded({ gradient, guard }: Part): number {
    return guard === null ? gradient : this.apply("select", guard, gradient, this.constant(0));
  }
}
