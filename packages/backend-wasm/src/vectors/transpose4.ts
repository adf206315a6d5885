import type { FunctionBody, Local } from "@fovea/wasm-assembler";

/** Turns a 4 × 4 block around by eight shuffles: vector i of `block` becomes what was lane i of each. `spare` is four vectors of room. */
export function emitTranspose4(f: FunctionBody, block: readonly Local[], spare: readonly Local[]): void {
  const shuffle = (left: Local, right: Local, lanes: readonly number[], result: Local): void => {
    f.get(left);
    f.get(right);
    f.shuffle(lanes);
    f.set(result);
  };
  shuffle(block[0], block[1], [0, 4, 1, 5], spare[0]);
  shuffle(block[2], block[3], [0, 4, 1, 5], spare[1]);
  shuffle(block[0], block[1], [2, 6, 3, 7], spare[2]);
  shuffle(block[2], block[3], [2, 6, 3, 7], spare[3]);
  shuffle(spare[0], spare[1], [0, 1, 4, 5], block[0]);
  shuffle(spare[0], spare[1], [2, 3, 6, 7], block[1]);
  shuffle(spare[2], spare[3], [0, 1, 4, 5], block[2]);
  shuffle(spare[2], spare[3], [2, 3, 6, 7], block[3]);
}
