import { findData, missingData } from "@fovea/command-line";
import type { VisionModel } from "./vision-models.ts";

/** The folder with a model's weights, or null where they have not been fetched. */
export function findModelFolder({ folder, file }: VisionModel, given?: string): string | null {
  return given ?? findData(folder, file);
}

export const missingModel = ({ folder }: VisionModel): string =>
  missingData(folder, "The vision transformer", "--weights");
