import { type Callee, FunctionBody, i32, type ModuleBuilder, tee } from "@fovea/wasm-assembler";
import type { BackwardParts } from "./backward-functions.ts";
import { backwardTask, backwardTile } from "./backward-layout.ts";
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
  const f = new FunctionBody();
  const { task, scratch } = f.parameters({ task: "i32", scratch: "i32" });
  const [at, end] = f.locals("i32", 2);
  f.fillMemory(backwardTask.read(task, "sums"), 0, backwardTask.read(task, "sumBytes"));
  const tiles = tee(at, backwardTask.read(task, "tiles"));
  f.set(end, i32.add(tiles, i32.mul(backwardTask.read(task, "tileCount"), backwardTile.bytes)));
  f.forAddresses(at, end, backwardTile.bytes, () => f.call(tile, at, scratch));
  return module.add(f);
}
