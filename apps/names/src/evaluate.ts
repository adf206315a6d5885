import { editDistance } from "./edit-distance.ts";
import { readModelFile } from "./model-folder.ts";
import type { Transliterator } from "./transliterator.ts";

/** Pairs the model did not see in training are in `ar2en-test.txt`; figures are given for the first of them. */
const evaluatedPairs = 150;

export interface Evaluation {
  readonly pairs: number;
  /** Letters to change over letters expected. */
  readonly characterErrorRate: number;
  /** Names without a mistake. */
  readonly exact: number;
}

/** @param progress called after each name */
export async function evaluate(
  folder: string,
  transliterator: Transliterator,
  progress: (done: number, total: number) => void = () => {},
): Promise<Evaluation> {
  const text = new TextDecoder().decode(await readModelFile(folder, "ar2en-test.txt"));
  const pairs = text
    .trim()
    .split("\n")
    .slice(0, evaluatedPairs)
    .map((line) => line.split("\t"));
  let [changes, letters, exact] = [0, 0, 0];
  for (const [index, [arabic, latin]] of pairs.entries()) {
    const written = await transliterator.transliterate(arabic);
    changes += editDistance(written, latin);
    letters += Array.from(latin).length;
    if (written === latin) exact++;
    progress(index + 1, pairs.length);
  }
  return { pairs: pairs.length, characterErrorRate: changes / letters, exact };
}
