import { type Callee, FunctionBody, type ModuleBuilder } from "@fovea/wasm-assembler";
import type { BackwardParts } from "./backward-functions.ts";
import { backwardTaskOffset, backwardTileFields } from "./backward-layout.ts";
import { addBackwardTile } from "./backward-tile.ts";

/** Adds `backward(task, scratch)`: the query tiles of a task, one after another, each against every run of keys that its mask lets through.
 *
 *  Five products per pair, all by the microkernel: scores = query × keyᵀ and weight gradients = outputGradient × valueᵀ by groups of rows, then, when both
 *  tiles have become weights and score gradients row by row, valueᵀ sums += outputGradientᵀ × weights, keyᵀ sums += queryᵀ × gradients and
 *  queryGradient += gradients × key. Tiles lie in panels (see `BackwardShape`), so none of them is transposed. The sums for keys and values grow in
 *  the task's own memory; those for queries stay in scratch until the tile ends.
 *  Where a row's mean of gradients is not output · outputGradient, a pass over the keys before finds it.
 *  Work: O(visible pairs × (3 headDim + 2 valueDim)).
 *  @returns the function's index */
export function addBackward(module: ModuleBuilder, parts: BackwardParts): Callee {
  const tile = addBackwardTile(module, parts);
  const f = new FunctionBody(["i32", "i32"]);
  const [task, scratch] = [f.parameter(0), f.parameter(1)];
  const at = f.local("i32");
  const end = f.local("i32");
  const bytes = backwardTileFields.length * 4;
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("sums"));
  f.i32(0);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("sumBytes"));
  f.op("memory.fill", 0);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("tiles"));
  f.tee(at);
  f.get(task);
  f.memory("i32.load", backwardTaskOffset("tileCount"));
  f.i32(bytes);
  f.op("i32.mul");
  f.op("i32.add");
  f.set(end);
  f.forAddresses(at, end, bytes, () => {
    f.get(at);
    f.get(scratch);
    f.call(tile);
  });
  return module.add(f);
}
