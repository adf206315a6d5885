import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ones, tensor, zeros, type Tensor } from "@fovea/tensor";
import { writeSafetensors } from "@fovea/weights";
import { visionModels } from "../vision-models.ts";
import { weightShapes } from "../vision-weights.ts";

/** A fashion model for tests where the real one is not: all its weights are 0, so every patch is looked at alike, and its answer is the
 *  head's bias: ln 1 for the first class, ln 2 for the second, … ln 10 for "Ankle boot", whose probability is 10 / 55.
 *  @param changes weights in place of these */
export async function writePlainModel(folder: string, changes: Readonly<Record<string, Tensor>> = {}): Promise<void> {
  const model = visionModels.fashion;
  const weights = Object.entries(weightShapes(model)).map(([name, shape]): [string, Tensor] => [
    name,
    /(ln1|ln2|norm)\.weight$/.test(name) ? ones(shape) : zeros(shape),
  ]);
  const bias = tensor(Float32Array.from(model.classes, (_, index) => Math.log(index + 1)));
  const bytes = writeSafetensors({ ...Object.fromEntries(weights), "head.bias": bias, ...changes });
  await writeFile(join(folder, model.file), bytes);
}
