import { interpretAll } from "../ir/interpret.ts";
import { postorder } from "../ir/postorder.ts";
import type { Program } from "../ir/program.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { rewriteRules } from "../ir/rewrite-rules.ts";
import { SimplifyingWriter } from "./simplifying-writer.ts";

/** The same program, shorter: constants are computed, identities applied, equal instructions shared and unread ones dropped, and the
 *  rest put in an order that depends only on what is computed. No result changes by a bit, whatever the inputs: so `x * 0` and
 *  `x + 0` stay for floats (NaN, -0), and go for ints. Tables stay declared, read or not. */
export function simplify(program: Program): Program {
  const known = simplified.get(program);
  if (known) return known;
  const simple = simplifyRoots(program, [program.result]).program;
  // what could still change is not remembered: programs are frozen where this package makes them
  if (Object.isFrozen(program) && Object.isFrozen(program.instructions)) simplified.set(program, simple);
  simplified.set(simple, simple);
  return simple;
}

/** Programs that were simplified before: every call of attention asks for the simple form of the same few. */
const simplified = new WeakMap<Program, Program>();

/** Simplifies keeping several positions alive.
 *  @returns the program, whose result is the first root, and where each root went */
export function simplifyRoots(
  program: Program,
  roots: readonly number[],
): { readonly program: Program; readonly roots: readonly number[] } {
  const given = compact(program, roots);
  const short = new ProgramBuilder(Infinity);
  for (const table of program.tables) short.declare(table, program.values[table.name]);
  const writer = new SimplifyingWriter(short);
  const positions = interpretAll<number>(given.program, {
    ...rewriteRules(writer),
    input: (_, input) => short.input(input),
    gather: (_, table, ...indices) => short.gather(table, indices),
  });
  const shortRoots = given.roots.map((root) => positions[root]);
  return compact(short.build(shortRoots[0]), shortRoots);
}

/** Drops what no root rests on and puts the rest in canonical order. */
function compact(program: Program, roots: readonly number[]): ReturnType<typeof simplifyRoots> {
  const order = postorder(program.instructions, roots);
  const moved = new Map(order.map((from, to) => [from, to]));
  const to = (position: number): number => moved.get(position) ?? 0;
  const instructions = order.map((from) => {
    const instruction = program.instructions[from];
    if (!("args" in instruction)) return instruction;
    return Object.freeze({ ...instruction, args: Object.freeze(instruction.args.map(to)) });
  });
  const newRoots = roots.map(to);
  return {
    program: Object.freeze({ ...program, instructions: Object.freeze(instructions), result: newRoots[0] }),
    roots: newRoots,
  };
}
