import { interpretAll, resultType, type Input, type Program, type Rule, type Rules, type Step } from "@fovea/program";
import { type FunctionBody, Local } from "@fovea/wasm-assembler";
import { ConstantPool } from "../vectors/constant-pool.ts";
import type { CallLayout, ProgramRole } from "../records/layout.ts";
import { VectorEmitter } from "../vectors/vector-emitter.ts";
import { vectorRules, type VectorSources } from "./vector-rules.ts";
import type { RowScope, VectorProgram } from "./vector-program.ts";
import type { Simd } from "../vectors/simd.ts";

/** Makes a program ready for four keys at a time. Instructions that read neither score nor key are computed once a row. */
export function createVectorProgram(
  program: Program,
  layout: CallLayout,
  role: ProgramRole,
  simd: Simd,
): VectorProgram {
  const instructions = createVectorInstructions(program, [program.result], layout, role, simd);
  return {
    type: resultType(program),
    emitRow: instructions.emitRow,
    emitPair(f, score, keys) {
      instructions.emitPair(f, score, keys, (values) => f.get(values[program.result]));
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
): VectorInstructions {
  const perPair = pairPositions(program);
  const dying = lastUses(program, perPair, wanted);
  const values = new Map<number, Local>();
  let scope: RowScope | null = null;
  const inScope = (): RowScope => {
    if (!scope) throw new Error("createVectorProgram: emitPair before emitRow. This is a bug.");
    return scope;
  };

  const emit = (emitter: VectorEmitter, pairs: boolean, score: Local | null, keys: Local | null): Local[] => {
    const sources: VectorSources = {
      input: (v, input) => readInput(v, input, inScope(), layout, score, keys),
      gather: (v, step, table, indices) => {
        const { name } = step.program.tables[table];
        const neighbors = advancesWithKey(step.program, step.args, perPair);
        const found = gather(v, inScope().call, layout.tables[role][name], indices, neighbors);
        return step.type === "bool" ? v.op("i32x4.ne", found, v.ints(0)) : found;
      },
    };
    const rules = stage(emitter, vectorRules(emitter, sources), { perPair, dying, pairs, values });
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
      use(found);
      for (const position of new Set(wanted)) emitter.drop(found[position]);
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
  readonly values: Map<number, Local>;
}

/** The rules for one stage only: instructions of the other stage mean what they meant when that stage was emitted. */
function stage(v: VectorEmitter, rules: Rules<Local>, { perPair, dying, pairs, values }: Stage): Rules<Local> {
  const here = new Map<number, Local>();
  const only = <A extends readonly unknown[]>(rule: (step: Step, ...args: A) => Local) => {
    return (step: Step, ...args: A): Local => {
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
  const staged = Object.entries(rules).map(([name, rule]) => [name, only(rule as Rule<Local>)]);
  return Object.fromEntries(staged) as Rules<Local>;
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
  const { f } = v;
  const given = { score, key: keys };
  if (input === "score" || input === "key") {
    const local = given[input];
    if (!local) throw new Error(`createVectorProgram: ${input} is not known here. This is a bug.`);
    return local;
  }
  if (input === "queries" || input === "keys") {
    f.get(scope.call);
    f.memory("i32.load", layout[input]);
  } else f.get(scope[input]);
  f.op("i32x4.splat");
  return v.take();
}

/** Whether the last index is `key` plus something constant along the row and all other indices are constant: four neighboring elements are read. */
function advancesWithKey(program: Program, args: readonly number[], perPair: readonly boolean[]): boolean {
  const { instructions } = program;
  const advances = (position: number): boolean => {
    const instruction = instructions[position];
    if (instruction.op === "input") return instruction.input === "key";
    if (instruction.op !== "add" && instruction.op !== "subtract") return false;
    const [a, b] = instruction.args;
    if (advances(a)) return !perPair[b];
    return instruction.op === "add" && advances(b) && !perPair[a];
  };
  return args.length > 0 && args.slice(0, -1).every((arg) => !perPair[arg]) && advances(args[args.length - 1]);
}

/** Reads a table at four places; what lies outside reads 0. The address and dimensions come from the call's record.
 *  @param neighbors the four places follow one another unless one lies outside */
function gather(v: VectorEmitter, call: Local, at: number, indices: readonly Local[], neighbors: boolean): Local {
  const { f } = v;
  const inside: Local[] = [];
  let flat = v.ints(0);
  for (const [axis, index] of indices.entries()) {
    f.get(call);
    f.memory("i32.load", at + 4 * (axis + 1));
    f.op("i32x4.splat");
    const length = v.take();
    // As unsigned numbers, negative indices are large.
    inside.push(v.op("i32x4.lt_u", index, length));
    flat = axis === 0 ? index : v.op("i32x4.add", v.op("i32x4.mul", flat, length), index);
  }
  const seen = inside.reduce((all, one) => v.op("v128.and", all, one));
  const places = v.op("v128.and", flat, seen);
  const result = v.local();
  const oneByOne = (): void => {
    f.get(
      v.perLane([places], () => {
        f.i32(2);
        f.op("i32.shl");
        f.get(call);
        f.memory("i32.load", at);
        f.op("i32.add");
        f.memory("i32.load");
      }),
    );
    f.get(seen);
    f.op("v128.and");
    f.set(result);
  };
  if (!neighbors) {
    oneByOne();
    return result;
  }
  f.get(seen);
  f.op("i32x4.all_true");
  f.if(() => {
    f.get(places);
    f.lane("i32x4.extract_lane", 0);
    f.i32(2);
    f.op("i32.shl");
    f.get(call);
    f.memory("i32.load", at);
    f.op("i32.add");
    f.memory("v128.load");
    f.set(result);
  }, oneByOne);
  return result;
}
