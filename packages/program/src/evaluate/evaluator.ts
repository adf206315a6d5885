import type { Tables } from "../ir/bind-tables.ts";
import { resultType } from "../ir/inputs.ts";
import { createMachine } from "./machine.ts";
import type { Pair } from "./pair.ts";
import type { Program } from "../ir/program.ts";
import { simplify } from "../simplify/simplify.ts";

/** A program's value for one pair; 0 or 1 for a bool. */
export type Evaluator = Pair<number>;

/** The fast form of `evaluate`: give it the tables once, then ask about any number of pairs. It allocates nothing per call and
 *  trusts its arguments. Table values are read anew at every call, so updating them in place works.
 *  @throws {ProgramError} for a table that is missing or does not fit */
export function createEvaluator(program: Program, tables?: Tables): Evaluator {
  const short = simplify(program);
  const { floats, ints, registerOf, run } = createMachine("createEvaluator", short, tables);
  const result = registerOf[short.result];
  if (resultType(short) === "float") {
    return (score, batch, head, query, key, queries, keys) => {
      run(score, batch, head, query, key, queries, keys);
      return floats[result];
    };
  }
  return (score, batch, head, query, key, queries, keys) => {
    run(score, batch, head, query, key, queries, keys);
    return ints[result];
  };
}
