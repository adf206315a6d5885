import { checkOptions } from "@fovea/tensor";
import { checkConditions } from "./check-conditions.ts";
import type { Type } from "../ir/operations.ts";
import { ProgramBuilder } from "../ir/program-builder.ts";
import { ProgramError } from "../ir/program-error.ts";
import type { Program } from "../ir/program.ts";
import { makeScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { Value } from "./value.ts";
import type { Liftable } from "./value.ts";
import { verify } from "../ir/verify.ts";

/** A program from a TypeScript function, which is called once with Values in place of numbers.
 *
 *  ```ts
 *  const alibi = trace(({ score, head, query, key, table }) =>
 *    score.add(table("slope", [0.5, 0.25]).at(head).multiply(key.subtract(query))),
 *  );
 *  ```
 *  @param options.result the type the program must have: an int or literal result becomes a float for "float". Default: what the function gives
 *  @throws {ProgramError} when types do not fit, or a condition was made and not used (as by `if` or `&&`) */
export function trace(write: (scope: Scope) => Liftable, options: { readonly result?: Type } = {}): Program {
  checkOptions(
    "trace",
    options,
    { result: true },
    { example: 'trace(write, { result: "float" })', Refuse: ProgramError },
  );
  const builder = new ProgramBuilder();
  const inlined = new Set<number>();
  const written = write(makeScope(builder, inlined));
  if (typeof written === "object" && !(written instanceof Value)) {
    throw new ProgramError("trace: the function must return a Value, a number or a boolean, got an object.");
  }
  const result = Value.lift(builder, written, options.result);
  checkConditions(builder.instructions, result.position, inlined);
  const program = builder.build(result.position);
  verify(program);
  return program;
}
