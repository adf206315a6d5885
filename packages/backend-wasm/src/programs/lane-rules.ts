import type { Operation, Rule, Rules, Step } from "@fovea/program";
import { operations } from "@fovea/program";
import type { Local } from "@fovea/wasm-assembler";
import { fourDoubles, narrow, widen } from "../vectors/doubles.ts";
import { isDoubles, type Lanes } from "../vectors/lanes.ts";
import type { VectorEmitter } from "../vectors/vector-emitter.ts";
import { exactRules } from "./exact-rules.ts";
import { isLong, type LongOperations } from "./long-operations.ts";
import type { MathOperation } from "./math-functions.ts";
import { vectorRules, type VectorSources } from "./vector-rules.ts";

export interface LaneSources extends Pick<VectorSources, "input"> {
  /** @param wanted "doubles" for floats that a decision rests on */
  readonly gather: (
    v: VectorEmitter,
    step: Step,
    table: number,
    indices: readonly Local[],
    wanted: "doubles" | "single",
  ) => Lanes;
}

/** What every operation of a program means for four pairs at once: floats that a decision rests on as float64, all others as float32.
 *  @param deciding from `decidingFloats`
 *  @param functions what the module imports
 *  @param called where long operations are functions of the module; null: they are written out */
export function laneRules(
  v: VectorEmitter,
  sources: LaneSources,
  deciding: readonly boolean[],
  functions: readonly MathOperation[],
  called: LongOperations | null,
): Rules<Lanes> {
  const single = (lanes: Lanes): Local => (isDoubles(lanes) ? narrow(v, lanes) : lanes);
  const exact = exactRules(v, functions);
  const plain = vectorRules(v, {
    input: sources.input,
    gather: (_, step, table, indices) => sources.gather(v, step, table, indices, "single") as Local,
  });
  /** In float64 where the result decides, or where everything that it is decided by does. */
  const isExact = (step: Step, args: readonly Lanes[]): boolean =>
    deciding[step.position] ||
    (step.type !== "float" &&
      step.argTypes.includes("float") &&
      args.every((arg, index) => step.argTypes[index] !== "float" || isDoubles(arg)));
  const either =
    (op: Operation): Rule<Lanes> =>
    (step, ...args) => {
      if (isExact(step, args) && op in exact) return exact[op as keyof typeof exact](step, ...args);
      const singles = args.map(single);
      const value = called && isLong(op) ? called.call(v, op, step, singles) : plain[op](step, ...singles);
      return isExact(step, args) ? widen(v, value) : value;
    };
  const names = Object.keys(operations) as Operation[];
  return {
    ...(Object.fromEntries(names.map((op) => [op, either(op)])) as Record<Operation, Rule<Lanes>>),
    constant: (step, value) => (deciding[step.position] ? fourDoubles(v, value) : plain.constant(step, value)),
    input: plain.input,
    gather: (step, table, ...indices) => {
      const wanted = deciding[step.position] ? "doubles" : "single";
      return sources.gather(v, step, table, indices.map(single), wanted);
    },
  };
}
