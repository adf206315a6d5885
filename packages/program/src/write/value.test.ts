import { expect, test } from "vitest";
import { operations } from "../ir/operations.ts";
import type { Operation } from "../ir/operations.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { makeScope } from "./scope.ts";
import type { Value } from "./value.ts";

/** What functions of values are found on, by the name of the operation that each should write. */
type Functions = Partial<Readonly<Record<Operation, (...operands: readonly Value[]) => Value>>>;

const names = Object.keys(operations) as Operation[];
const ofScope = names.filter((op) => op in makeScope(new ProgramBuilder(), new Set()));

/** The last instruction after `write` was given values of an operation's arguments, for each of its signatures. */
function written(op: Operation, write: (scope: Functions, operands: readonly Value[]) => unknown): string[] {
  return operations[op].map(({ args }) => {
    const builder = new ProgramBuilder();
    const scope = makeScope(builder, new Set());
    const operands = args.map((type, index) => scope.table(`${type}${index}`, { type, rank: 0 }).at());
    write(scope, operands);
    return builder.instructions[builder.instructions.length - 1].op;
  });
}

test.each(names)(
  "%s is written by the method of a value with that name, or by a scope where no value begins it",
  (op) => {
    const ops = written(op, (scope, [first, ...others]) => {
      const methods: Functions = first;
      return op === "random" ? scope.random?.(first, ...others) : methods[op]?.(...others);
    });
    expect(ops, `teach Value (write/value.ts) a method ${op} that writes ${op}, for each of its signatures`).toEqual(
      operations[op].map(() => op),
    );
  },
);

test.each(ofScope)("a scope's function %s writes that operation", (op) => {
  const ops = written(op, (scope, operands) => scope[op]?.(...operands));
  expect(ops, `makeScope (write/scope.ts) gives a function ${op}, which must write ${op}`).toEqual(
    operations[op].map(() => op),
  );
});
