import { type FunctionBody, type Local, shuffle } from "@fovea/wasm-assembler";

/** Turns a 4 × 4 block around by eight shuffles: vector i of `block` becomes what was lane i of each. `spare` is four vectors of room. */
export function emitTranspose4(f: FunctionBody, block: readonly Local[], spare: readonly Local[]): void {
  f.set(spare[0], shuffle(block[0], block[1], [0, 4, 1, 5]));
  f.set(spare[1], shuffle(block[2], block[3], [0, 4, 1, 5]));
  f.set(spare[2], shuffle(block[0], block[1], [2, 6, 3, 7]));
  f.set(spare[3], shuffle(block[2], block[3], [2, 6, 3, 7]));
  f.set(block[0], shuffle(spare[0], spare[1], [0, 1, 4, 5]));
  f.set(block[1], shuffle(spare[0], spare[1], [2, 3, 6, 7]));
  f.set(block[2], shuffle(spare[2], spare[3], [0, 1, 4, 5]));
  f.set(block[3], shuffle(spare[2], spare[3], [2, 3, 6, 7]));
}
