import type { Type } from "@fovea/program";
import { type FunctionBody, type Local, type Value, written } from "@fovea/wasm-assembler";

/** What a program may ask for besides score and key: constant along a row of scores. */
export interface RowScope {
  /** Address of the call's record (see `CallLayout`). */
  readonly call: Local;
  readonly batch: Local;
  readonly head: Local;
  /** Absolute index. */
  readonly query: Local;
}

/** A program made ready for four keys at a time, in two stages that go into the same function: what no key changes is computed once a row. */
export interface VectorProgram {
  readonly type: Type;
  emitRow(f: FunctionBody, scope: RowScope): void;
  /** Pushes the program's value for four neighboring keys: floats, or for a mask all ones where it says yes.
   *  @param score four scores, or weights for a probability program; null for a mask
   *  @param keys four absolute key indices */
  emitPair(f: FunctionBody, score: Local | null, keys: Local): void;
}

/** What `emitPair` pushes, as a value. */
export const pairValue = (f: FunctionBody, program: VectorProgram, score: Local | null, keys: Local): Value =>
  written("v128", () => program.emitPair(f, score, keys));
