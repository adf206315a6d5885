import { printable, readableSeconds, showProgress } from "@fovea/command-line";
import pc from "picocolors";
import type { Point } from "./run-state.ts";
import type { Score } from "./score.ts";

/** Says how far a run is: a bar on a terminal, otherwise a line at each point of the curves. */
export interface TrainProgress {
  /** @param since what the steps since the last point came to */
  update(step: number, since: Score): void;
  /** @param sample what the model can do by now */
  point(point: Point, sample: string | null): void;
  /** Says something else in between. */
  note(line: string): void;
  stop(): void;
}

/** @param begin steps done in earlier sittings */
export function showTrainProgress(
  name: string,
  begin: number,
  total: number,
  stream: NodeJS.WriteStream,
): TrainProgress {
  let text = "";
  const bar = showProgress({
    total,
    begin,
    label: name,
    stream,
    describe: (step, secondsLeft) =>
      `${step} of ${total}${text}${text === "" ? "" : `, ${readableSeconds(secondsLeft)} left`}`,
  });
  const started = performance.now();
  const secondsLeft = (step: number): number =>
    ((performance.now() - started) / 1000 / Math.max(1, step - begin)) * (total - step);
  return {
    note: (line) => bar.aside(() => stream.write(`${line}\n`)),
    update(step, since) {
      text = `, loss ${(since.loss / since.answers).toFixed(3)}, ${percent(since.right / since.groups)} right`;
      bar.update(step);
    },
    point(point, sample) {
      const left =
        bar.isShown || point.step === total ? "" : `, about ${readableSeconds(secondsLeft(point.step))} left`;
      const shown = sample === null ? "" : `${indent(printable(sample, "\n"))}\n`;
      bar.aside(() => stream.write(`${lineOf(point, total)}${left}\n${bar.isShown ? pc.dim(shown) : shown}`));
    },
    stop: bar.stop,
  };
}

const lineOf = ({ step, loss, accuracy, heldOutLoss, heldOutAccuracy }: Point, total: number): string =>
  `${String(step).padStart(String(total).length)} of ${total}: loss ${loss.toFixed(3)}, ${percent(accuracy)} right; held out: ${heldOutLoss.toFixed(3)}, ${percent(heldOutAccuracy)}`;

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
