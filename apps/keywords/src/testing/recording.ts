import { allSamples, openWavFile } from "@fovea/sound";
import { findRecordings } from "../data-folder.ts";

/** A recording of a second, where it is there. */
export async function recording(word: "yes" | "no" | "silence"): Promise<Float32Array> {
  const path = findRecordings().find((path) => path.endsWith(`${word}_1000ms.wav`));
  return allSamples(await openWavFile(path!));
}
