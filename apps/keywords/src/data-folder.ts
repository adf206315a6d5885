import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where models and recordings lie beside a checkout of the project. */
const beside = resolve(import.meta.dirname, "../../../../shared/data");

export const modelFile = "kwt1.tflite";
const folder = join(beside, "kwt1");

/** The folder with the model's weights and labels, or null where they have not come with the project. */
export function findModelFolder(given?: string): string | null {
  if (given !== undefined) return given;
  return existsSync(join(folder, modelFile)) ? folder : null;
}

export const missingModel =
  `The weights are not on this machine: expected ${join(folder, modelFile)}, the model KWT-1 of ARM's keyword-transformer (Apache-2.0). ` +
  `Put ${modelFile} and its labels.txt there, or name their folder with --weights.`;

/** Recordings of a second each: what is heard without a file. Those that are there. */
export function findRecordings(): string[] {
  return ["yes", "no", "silence"]
    .map((word) => join(beside, "audio", `${word}_1000ms.wav`))
    .filter((path) => existsSync(path));
}
