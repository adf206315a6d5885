import { join } from "node:path";
import { findData, missingData } from "@fovea/command-line";

const name = "kwt1";
export const modelFile = "kwt1.tflite";

/** The folder with the model's weights and labels, or null where they have not been fetched. */
export function findModelFolder(given?: string): string | null {
  return given ?? findData(name, modelFile);
}

export const missingModel: () => string = () => missingData(name, "The model KWT-1", "--weights");

/** Recordings of a second each: what is heard without a file. Those that are there. */
export function findRecordings(): string[] {
  return ["yes", "no", "silence"].flatMap((word) => {
    const file = `${word}_1000ms.wav`;
    const folder = findData("audio", file);
    return folder === null ? [] : [join(folder, file)];
  });
}
