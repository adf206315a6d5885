import {
  decidingFloats,
  interpretAll,
  resultType,
  type Input,
  type Program,
  type Rule,
  type Rules,
  type Step,
} from "@fovea/program";
import { type FunctionBody, i32, i32x4, Local, type ModuleBuilder } from "@fovea/wasm-assembler";
import { ConstantPool } from "../vectors/constant-pool.ts";
import type { CallLayout, ProgramRole } from "../records/layout.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { narrow } from "../vectors/doubles.ts";
import { isDoubles, type Lanes } from "../vectors/lanes.ts";
import { gather } from "./gather.ts";
import { hasManyLong, LongOperations } from "./long-operations.ts";
import { laneRules, type LaneSources } from "./lane-rules.ts";
import type { RowScope, VectorProgram } from "./vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

/** Makes a program ready for four keys at a time. Instructions that read neither score nor key are computed once a row.
 *  @param module gets the functions that the program calls */
export function createVectorProgram(
  program: Program,
  layout: CallLayout,
  role: ProgramRole,
  simd: Simd,
  module: ModuleBuilder,
): VectorProgram {
  const instructions = createVectorInstructions(program, [program.result], layout, role, simd, module);
  return {
    type: resultType(program),
    emitRow: instructions.emitRow,
    emitPair(f, score, keys) {
      instructions.emitPair(f, score, keys, (values) => f.emit(values[program.result]));
    },
  };
}

/** The two stages of a program of which several values are wanted. */
export interface VectorInstructions {
  /** Which instructions depend on the pair, by position. */
  readonly perPair: readonly boolean[];
  emitRow(f: FunctionBody, scope: RowScope): void;
  /** @param use finds the wanted values by position; their locals are released after it. The others are undefined */
  emitPair(f: FunctionBody, score: Local | null, keys: Local, use: (values: readonly Local[]) => void): void;
}

/** @param wanted positions of the values that are wanted */
export function createVectorInstructions(
  program: Program,
  wanted: readonly number[],
  layout: CallLayout,
  role: ProgramRole,
  simd: Simd,
  module: ModuleBuilder,
): VectorInstructions {
  const perPair = pairPositions(program);
  const dying = lastUses(program, perPair, wanted);
  const advances = keyOffsets(program, perPair);
  const deciding = decidingFloats(program);
  const called = hasManyLong(program.instructions) ? new LongOperations(module, simd) : null;
  const values = new Map<number, Lanes>();
  let scope: RowScope | null = null;
  const inScope = (): RowScope => {
    if (!scope) throw new Error("createVectorProgram: emitPair before emitRow. This is a bug.");
    return scope;
  };

  /** Whether the last index advances with the key and all others are constant along the row: four neighboring elements are read. */
  const areNeighbors = (args: readonly number[]): boolean =>
    args.length > 0 && args.slice(0, -1).every((arg) => !perPair[arg]) && advances[args[args.length - 1]];

  const emit = (emitter: VectorEmitter, pairs: boolean, score: Local | null, keys: Local | null): Lanes[] => {
    const sources: LaneSources = {
      input: (v, input) => readInput(v, input, inScope(), layout, score, keys),
      gather: (v, step, table, indices, width) => {
        const { name } = step.program.tables[table];
        const placed = {
          call: inScope().call,
          at: layout.tables[role][name],
          doubles: layout.doubles[role].has(name),
        };
        const found = gather(v, placed, indices, areNeighbors(step.args), width);
        return step.type === "bool" ? v.op("i32x4.ne", found as Local, v.ints(0)) : found;
      },
    };
    const rules = stage(emitter, laneRules(emitter, sources, deciding, layout.functions, called), {
      perPair,
      dying,
      pairs,
      values,
    });
    return interpretAll(program, rules);
  };
  const emitRow = (f: FunctionBody, rowScope: RowScope): void => {
    scope = rowScope;
    values.clear();
    emit(new VectorEmitter(f, simd), false, null, null);
  };
  const constants = new ConstantPool(simd, (v) => {
    const int = v.f.local("i32");
    emitRow(v.f, { call: int, batch: int, head: int, query: int });
    emit(v, true, v.local(), v.local());
  });
  return {
    perPair,
    emitRow(f, rowScope) {
      emitRow(f, rowScope);
      constants.load(f);
    },
    emitPair(f, score, keys, use) {
      const emitter = new VectorEmitter(f, simd, constants);
      const found = emit(emitter, true, score, keys);
      const given: Local[] = [];
      for (const position of new Set(wanted)) {
        const lanes = found[position];
        given[position] = isDoubles(lanes) ? emitter.keep(() => narrow(emitter, lanes)) : lanes;
      }
      use(given);
      for (const position of new Set(wanted)) {
        emitter.drop(given[position]);
        emitter.drop(found[position]);
      }
    },
  };
}

/** Which instructions depend on the pair, by position. */
function pairPositions(program: Program): readonly boolean[] {
  const depends: boolean[] = [];
  for (const instruction of program.instructions) {
    if (instruction.op === "input") depends.push(instruction.input === "score" || instruction.input === "key");
    else depends.push("args" in instruction && instruction.args.some((arg) => depends[arg]));
  }
  return depends;
}

/** By position: the values of this instruction's stage that nobody reads after it. Row values that a pair reads are wanted for the whole row. */
function lastUses(
  program: Program,
  perPair: readonly boolean[],
  wanted: readonly number[],
): readonly (readonly number[])[] {
  const { instructions } = program;
  const last = new Map<number, number>();
  const keep = new Set(wanted);
  for (const [position, instruction] of instructions.entries()) {
    if (!("args" in instruction)) continue;
    for (const arg of instruction.args) {
      last.set(arg, position);
      if (perPair[position] !== perPair[arg]) keep.add(arg);
    }
  }
  const dying: number[][] = instructions.map(() => []);
  for (const [arg, position] of last) if (!keep.has(arg)) dying[position].push(arg);
  return dying;
}

interface Stage {
  readonly perPair: readonly boolean[];
  readonly dying: readonly (readonly number[])[];
  /** The pairs' stage, else the rows'. */
  readonly pairs: boolean;
  /** What row instructions mean. */
  readonly values: Map<number, Lanes>;
}

/** The rules for one stage only: instructions of the other stage mean what they meant when that stage was emitted. */
function stage(v: VectorEmitter, rules: Rules<Lanes>, { perPair, dying, pairs, values }: Stage): Rules<Lanes> {
  const here = new Map<number, Lanes>();
  const only = <A extends readonly unknown[]>(rule: (step: Step, ...args: A) => Lanes) => {
    return (step: Step, ...args: A): Lanes => {
      if (perPair[step.position] !== pairs) return values.get(step.position) ?? unknownLocal;
      const value = v.keep(() => rule(step, ...args));
      here.set(step.position, value);
      if (!pairs) values.set(step.position, value);
      for (const position of dying[step.position]) {
        const dead = here.get(position);
        if (dead) v.drop(dead);
      }
      return value;
    };
  };
  const staged = Object.entries(rules).map(([name, rule]) => [name, only(rule as Rule<Lanes>)]);
  return Object.fromEntries(staged) as Rules<Lanes>;
}

/** Stands for pair values while rows are emitted; no row instruction reads one. */
const unknownLocal = new Local(-1, "v128");

function readInput(
  v: VectorEmitter,
  input: Input,
  scope: RowScope,
  layout: CallLayout,
  score: Local | null,
  keys: Local | null,
): Local {
  const given = { score, key: keys };
  if (input === "score" || input === "key") {
    const local = given[input];
    if (!local) throw new Error(`createVectorProgram: ${input} is not known here. This is a bug.`);
    return local;
  }
  const value = input === "queries" || input === "keys" ? i32.load(scope.call, layout[input]) : scope[input];
  return v.value(i32x4.splat(value));
}

/** Which values are `key` plus something constant along the row, by position. */
function keyOffsets({ instructions }: Program, perPair: readonly boolean[]): readonly boolean[] {
  const advances: boolean[] = [];
  for (const instruction of instructions) {
    const { op } = instruction;
    if (instruction.op === "input") advances.push(instruction.input === "key");
    else if (op !== "add" && op !== "subtract") advances.push(false);
    else {
      const [a, b] = "args" in instruction ? instruction.args : [];
      advances.push((advances[a] && !perPair[b]) || (op === "add" && advances[b] && !perPair[a]));
    }
  }
  return advances;
}
