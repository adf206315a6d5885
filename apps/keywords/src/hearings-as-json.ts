import { jsonText } from "@fovea/command-line";
import type { Hearing } from "./hear-sound.ts";
import { ranking } from "./ranking.ts";

/** The words of each sound, and of the second in which one is likeliest: when it begins, every label, and the share of each frame. */
export function hearingsAsJson(hearings: readonly Hearing[]): string {
  const list = hearings.map((hearing) => {
    const { name, seconds, words, labels, told } = hearing;
    const probabilities = Object.fromEntries(labels.map(({ name }, index) => [name, told.probabilities[index]]));
    const second = { start: told.start, label: ranking(hearing)[0].name, probabilities, attention: told.attention };
    return { file: name, seconds, words, second };
  });
  return jsonText(list, 2);
}
