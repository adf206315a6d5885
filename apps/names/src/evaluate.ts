import { join } from "node:path";
import { textOf, UserError } from "@fovea/command-line";
import { editDistance } from "./edit-distance.ts";
import { readModelFile } from "./model-folder.ts";
import type { Transliterator } from "./transliterator.ts";

/** Pairs the model did not see in training are in `ar2en-test.txt`; figures are given for the first of them. */
export const evaluatedPairs = 150;

export interface Evaluation {
  readonly pairs: number;
  /** Letters to change over letters expected. */
  readonly characterErrorRate: number;
  /** Names without a mistake. */
  readonly exact: number;
}

export interface EvaluateOptions {
  /** Ends it after the present name: the figures are then of those before. */
  readonly signal?: AbortSignal;
  /** Called after each name. */
  readonly progress?: (done: number) => void;
}

export async function evaluate(
  folder: string,
  transliterator: Transliterator,
  { signal, progress = () => {} }: EvaluateOptions = {},
): Promise<Evaluation> {
  const file = "ar2en-test.txt";
  const text = textOf(join(folder, file), await readModelFile(folder, file));
  const pairs = text
    .trim()
    .split("\n")
    .slice(0, evaluatedPairs)
    .map((line, index) => {
      const [arabic, latin] = line.split("\t");
      if (arabic && latin) return [arabic, latin] as const;
      throw new UserError(`${join(folder, file)} is damaged: line ${index + 1} is no pair of names. Get it again.`);
    });
  let [done, changes, letters, exact] = [0, 0, 0, 0];
  for (const [arabic, latin] of pairs) {
    const written = await transliterator.transliterate(arabic);
    changes += editDistance(written, latin);
    letters += Array.from(latin).length;
    if (written === latin) exact++;
    progress(++done);
    await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
    if (signal?.aborted) break;
  }
  return { pairs: done, characterErrorRate: changes / letters, exact };
}
