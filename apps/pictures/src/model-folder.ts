import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { VisionModel } from "./vision-models.ts";

/** Where models lie beside a checkout of the project. */
const beside = resolve(import.meta.dirname, "../../../../shared/data");

/** The folder with a model's weights, or null where they have not come with the project. */
export function findModelFolder(model: VisionModel, given?: string): string | null {
  if (given !== undefined) return given;
  const folder = join(beside, model.folder);
  return existsSync(join(folder, model.file)) ? folder : null;
}

export function missingModel({ folder, file, origin }: VisionModel): string {
  return `The weights are not on this machine: expected ${join(beside, folder, file)}, ${origin}. Put ${file} there, or name its folder with --weights.`;
}
