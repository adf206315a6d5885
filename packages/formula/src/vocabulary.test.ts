import { operations, ProgramBuilder, programKey } from "@fovea/program";
import type { Operation, Program } from "@fovea/program";
import { expect, test } from "vitest";
import { formatFormula } from "./format-formula.ts";
import { parseFormula } from "./parse-formula.ts";
import { toLatex } from "./to-latex.ts";

const names = Object.keys(operations) as Operation[];

/** An operation on elements of tables, once for each of its signatures. */
function programsOf(op: Operation): Program[] {
  return operations[op].map(({ args }) => {
    const builder = new ProgramBuilder();
    const operands = args.map((type, index) =>
      builder.gather(builder.declare({ name: `${type}${index}`, type, rank: 1 }), [builder.input("key")]),
    );
    return builder.build(builder.apply(op, ...operands));
  });
}

test.each(names)("a formula reads %s back from what it prints of it", (op) => {
  for (const program of programsOf(op)) {
    const text = formatFormula(program);
    let again: string;
    try {
      again = programKey(parseFormula(text, { tables: program.tables }));
    } catch (error) {
      again = String(error);
    }
    expect(
      again,
      `formatFormula prints ${op} as ${text}: teach vocabulary.ts to read that (a new sign: tokenize.ts too), or format-formula.ts to print what it reads`,
    ).toBe(programKey(program));
  }
});

test.each(names)("an operation inside another, %s of itself, keeps its order", (op) => {
  for (const { args, result } of operations[op]) {
    for (const [place, type] of args.entries()) {
      if (type !== result) continue;
      const builder = new ProgramBuilder();
      const element = (name: string, index: number): number =>
        builder.gather(builder.declare({ name: `${name}${index}`, type: args[index], rank: 1 }), [
          builder.input("key"),
        ]);
      const inner = builder.apply(op, ...args.map((_, index) => element("inner", index)));
      const outer = builder.apply(op, ...args.map((_, index) => (index === place ? inner : element("outer", index))));
      const program = builder.build(outer);
      const text = formatFormula(program);
      expect(
        formatFormula(parseFormula(text, { tables: program.tables })),
        `formatFormula prints ${text}: give ${op} in format-formula.ts the level at which mathjs reads it`,
      ).toBe(text);
    }
  }
});

/** Printed by their names, for want of a notation in mathematics. */
const byName: readonly Operation[] = ["toFloat", "toInt", "random"];

test.each(names)("%s has a notation in LaTeX, or is listed as printed by its name", (op) => {
  for (const program of programsOf(op)) {
    expect(
      toLatex(program).includes("\\operatorname"),
      `teach to-latex.ts the notation of ${formatFormula(program)}, or list ${op} here`,
    ).toBe(byName.includes(op));
  }
});
