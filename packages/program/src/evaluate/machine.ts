import { bindTables } from "../ir/bind-tables.ts";
import type { Tables } from "../ir/bind-tables.ts";
import { inputs } from "../ir/inputs.ts";
import { interpretAll } from "../ir/interpret.ts";
import type { Rule, Rules } from "../ir/interpret.ts";
import { operationNames } from "../ir/operations.ts";
import type { Input, Operation } from "../ir/operations.ts";
import type { Program } from "../ir/program.ts";
import { recordOf } from "../ir/record-of.ts";
import type { Pair } from "./pair.ts";
import { registerMoves } from "./register-moves.ts";
import { gatherMove } from "./registers.ts";
import type { Move, Registers } from "./registers.ts";

/** A program made ready to run many times. */
export interface Machine extends Registers {
  /** Fills the registers for one pair. */
  readonly run: Pair<void>;
  /** The register of each instruction: in `floats` for a float, else in `ints`. */
  readonly registerOf: readonly number[];
}

/** The register of each input: the first ones, in the order of `inputs`. */
const at = { score: 0, batch: 1, head: 2, query: 3, key: 4, queries: 5, keys: 6 } as const satisfies Record<
  Input,
  number
>;

/** The inputs that stay while a row is gone through: what rests on them alone is computed once a row. */
const rowInputs = new Set<Input>(["batch", "head", "query", "queries", "keys"]);

/** Turns each instruction into a move between registers. The first registers are the inputs.
 *  Moves that read a table run every time, since a table may be updated in place. */
export function createMachine(who: string, program: Program, tables?: Tables): Machine {
  const bound = bindTables(who, program, tables);
  const count = inputs.length + program.instructions.length;
  const registers = { floats: new Float64Array(count), ints: new Int32Array(count) };
  const { floats, ints } = registers;
  const rowMoves: Move[] = [];
  const pairMoves: Move[] = [];
  /** Registers that keep their value along a row. */
  const steady = new Set<number>();

  const operation =
    (op: Operation): Rule<number> =>
    (step, ...args) => {
      const to = inputs.length + step.position;
      const isSteady = args.every((arg) => steady.has(arg));
      if (isSteady) steady.add(to);
      const [a, b, c, d, e] = args;
      (isSteady ? rowMoves : pairMoves).push(registerMoves[op](registers, step, to, a, b, c, d, e));
      return to;
    };
  const rules: Rules<number> = {
    ...recordOf(operationNames, operation),
    constant: ({ position, type }, value) => {
      const to = inputs.length + position;
      if (type === "float") floats[to] = value;
      else ints[to] = value;
      steady.add(to);
      return to;
    },
    input: (_, input) => {
      const to = at[input];
      if (rowInputs.has(input)) steady.add(to);
      return to;
    },
    gather: ({ position }, table, ...indices) => {
      const to = inputs.length + position;
      pairMoves.push(gatherMove(registers, bound[table], to, indices));
      return to;
    },
  };
  const registerOf = interpretAll(program, rules);
  return { ...registers, registerOf, run: runner(registers, rowMoves, pairMoves) };
}

function runner({ floats, ints }: Registers, rowMoves: readonly Move[], pairMoves: readonly Move[]): Pair<void> {
  let started = false;
  return (score, batch, head, query, key, queries, keys) => {
    floats[at.score] = score;
    ints[at.key] = key;
    if (
      !started ||
      ints[at.query] !== query ||
      ints[at.head] !== head ||
      ints[at.batch] !== batch ||
      ints[at.queries] !== queries ||
      ints[at.keys] !== keys
    ) {
      started = true;
      ints[at.batch] = batch;
      ints[at.head] = head;
      ints[at.query] = query;
      ints[at.queries] = queries;
      ints[at.keys] = keys;
      for (let i = 0; i < rowMoves.length; i++) rowMoves[i]();
    }
    for (let i = 0; i < pairMoves.length; i++) pairMoves[i]();
  };
}
