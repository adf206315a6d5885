import { resultType, simplify, trace, usedInputs, verify, withoutValues } from "@fovea/program";
import type { Liftable, Program, Scope, Type } from "@fovea/program";
import { AttentionError } from "../attention-error.ts";

/** A program, or a function that `trace` turns into one. */
export type ProgramSource = Program | ((scope: Scope) => Liftable);

export type ProgramRole = "score" | "mask" | "probability";

/** A program that has been verified for its role. */
export interface CheckedProgram {
  /** Simplified, without values; null when it changes nothing (hands the score through, or sees everything). */
  readonly program: Program | null;
  /** As it came: declares every table, also those that simplification found unused. */
  readonly source: Program;
}

const roles: Readonly<Record<ProgramRole, { readonly type: Type; readonly remedy: string }>> = {
  score: { type: "float", remedy: "A condition belongs in `mask`; turn a number into a float with toFloat." },
  mask: { type: "bool", remedy: "Compare it with something, or pass it as `score`." },
  probability: { type: "float", remedy: "Turn it into a float with toFloat." },
};

const checked: Readonly<Record<ProgramRole, WeakMap<ProgramSource, CheckedProgram>>> = {
  score: new WeakMap(),
  mask: new WeakMap(),
  probability: new WeakMap(),
};

/** Traces, verifies and simplifies once per program or function.
 *  @throws {AttentionError} when it is no program for this role
 *  @throws {ProgramError} when it is no valid program at all */
export function checkProgram(role: ProgramRole, source: ProgramSource): CheckedProgram {
  if ((typeof source !== "object" && typeof source !== "function") || source === null) {
    throw new AttentionError(
      `attention: expected ${role} to be a program or a function to trace, got ${typeof source}.`,
    );
  }
  if (typeof source === "object" && !("instructions" in source)) {
    throw new AttentionError(
      `attention: expected ${role} to be a program or a function to trace, got an object. ` +
        `Numbers are read as a table: ({ query, key, table }) => table("${role}", values).at(query, key).`,
    );
  }
  const known = checked[role].get(source);
  if (known) return known;
  const { type, remedy } = roles[role];
  let program = typeof source === "function" ? trace(source) : source;
  verify(program);
  if (typeof source === "function" && type === "float" && resultType(program) === "int") {
    program = trace(source, { result: "float" });
  }
  if (resultType(program) !== type) {
    throw new AttentionError(
      `attention: expected the ${role} program to give a ${type}, got ${resultType(program)}. ${remedy}`,
    );
  }
  if (role === "mask" && usedInputs(program).has("score")) {
    throw new AttentionError(
      "attention: a mask decides before there is a score, but this one reads it. Give -Infinity in the score program instead.",
    );
  }
  const simple = withoutValues(simplify(program));
  const result = Object.freeze({ program: changesNothing(simple) ? null : simple, source: program });
  checked[role].set(source, result);
  return result;
}

function changesNothing({ instructions, result }: Program): boolean {
  const last = instructions[result];
  if (last.op === "input") return last.input === "score";
  return last.op === "constant" && last.type === "bool" && last.value === 1;
}
