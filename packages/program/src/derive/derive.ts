import { adjointRules } from "./adjoint-rules.ts";
import { Adjoints } from "./adjoints.ts";
import { inline } from "../write/inline.ts";
import { resultType } from "../ir/inputs.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { Program } from "../ir/program.ts";
import { simplify, simplifyRoots } from "../simplify/simplify.ts";
import { SimplifyingWriter } from "../simplify/simplifying-writer.ts";

/** One read of a float table, and what the result gains when the element that was read grows. */
export interface TableGradient {
  /** Position in `program.tables`. */
  readonly table: number;
  /** Positions of the indices, one per axis. Outside the table the gradient belongs to no element. */
  readonly indices: readonly number[];
  /** Position of d result / d element. */
  readonly gradient: number;
}

/** A program with its derivatives: forward and backward instructions in one list, which may be longer than people may write. */
export interface Derivative {
  /** Its `result` is still the value of the program that was derived. */
  readonly program: Program;
  /** Position of d result / d score; null when the score is not read. */
  readonly score: number | null;
  /** Every read of a float table, also several of one table: gradients of equal indices add up. */
  readonly tables: readonly TableGradient[];
}

/** The derivatives of a program's result by its score and by every element that it reads from a float table: reverse mode over the list
 *  of instructions. Ints and bools have no derivative.
 *
 *  At kinks: `absolute` gives 0 at 0; `minimum` and `maximum` of equal numbers pass the gradient to the first; `select` to the chosen
 *  side; `floor`, casts to int and comparisons give 0; a `power` of a base that is not positive gives 0 by its exponent.
 *  What was not chosen is masked: NaN or Infinity there changes nothing.
 *  @throws {ProgramError} when the program does not give a float */
export function derive(program: Program): Derivative {
  if (resultType(program) !== "float") {
    throw new ProgramError(`derive: only a program that gives a float has derivatives, got ${resultType(program)}.`);
  }
  const builder = new ProgramBuilder(Infinity);
  const given = simplify(program);
  const result = inline(builder, given)[given.result];
  // what was written up to here is forward; below is backward
  const forward = builder.instructions.slice(0, result + 1);
  const adjoints = new Adjoints(builder, new SimplifyingWriter(builder));
  adjoints.start(result);
  for (let position = result; position >= 0; position--) {
    const { op } = forward[position];
    if (op === "constant" || op === "input" || op === "gather" || !adjoints.isActive(position)) continue;
    adjointRules[op](adjoints, position);
  }
  return collect(builder, adjoints, result);
}

function collect(builder: ProgramBuilder, adjoints: Adjoints, result: number): Derivative {
  const score = adjoints.score === undefined ? undefined : adjoints.total(adjoints.score);
  const reads = adjoints.reads.map((position) => {
    const instruction = builder.instructions[position];
    if (instruction.op !== "gather") throw new ProgramError(`derive: instruction ${position} reads no table.`);
    return { table: instruction.table, indices: instruction.args, gradient: adjoints.total(position) };
  });
  const roots = [result, ...(score === undefined ? [] : [score])];
  for (const { indices, gradient } of reads) roots.push(...indices, gradient);

  const short = simplifyRoots(builder.build(result), roots);
  const moved = short.roots[Symbol.iterator]();
  const take = (): number => moved.next().value ?? 0;
  take();
  return Object.freeze({
    program: short.program,
    score: score === undefined ? null : take(),
    tables: reads.map(({ table, indices }) => Object.freeze({ table, indices: indices.map(take), gradient: take() })),
  });
}
