import cliProgress from "cli-progress";
import pc from "picocolors";
import type { Point } from "./run-state.ts";
import type { Score } from "./score.ts";

/** Says how far a run is: a bar on a terminal, otherwise a line at each point of the curves. */
export interface Progress {
  /** @param since what the steps since the last point came to */
  update(step: number, since: Score): void;
  /** @param sample what the model can do by now */
  point(point: Point, sample: string | null): void;
  /** Says something else in between. */
  note(line: string): void;
  stop(): void;
}

/** @param begin steps done in earlier sittings */
export function showProgress(name: string, begin: number, total: number, stream: NodeJS.WriteStream): Progress {
  const start = performance.now();
  const secondsLeft = (step: number): number =>
    ((performance.now() - start) / 1000 / Math.max(1, step - begin)) * (total - step);
  return stream.isTTY ? showBar(name, begin, total, stream, secondsLeft) : writeLines(total, stream, secondsLeft);
}

function showBar(
  name: string,
  begin: number,
  total: number,
  stream: NodeJS.WriteStream,
  secondsLeft: (step: number) => number,
): Progress {
  let text = "";
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    format: (options, { progress, value, total }) =>
      `${name} ${cliProgress.Format.BarFormat(progress, options)} ${value} of ${total}${text}`,
  });
  let reached = begin;
  bar.start(total, reached);
  // the bar goes back to where it began when it stops, so it begins anew below whatever is written
  const write = (lines: string): void => {
    bar.stop();
    stream.write(lines);
    bar.start(total, reached);
  };
  return {
    note: (line) => write(`${line}\n`),
    update(step, since) {
      reached = step;
      text = `, loss ${(since.loss / since.answers).toFixed(3)}, ${percent(since.right / since.groups)} right, ${readableSeconds(secondsLeft(step))} left`;
      bar.update(step);
    },
    point(point, sample) {
      write(`${lineOf(point, total)}\n${sample === null ? "" : `${pc.dim(indent(sample))}\n`}`);
    },
    stop: () => bar.stop(),
  };
}

function writeLines(total: number, stream: NodeJS.WriteStream, secondsLeft: (step: number) => number): Progress {
  return {
    note: (line) => stream.write(`${line}\n`),
    update: () => {},
    point(point, sample) {
      const left = point.step === total ? "" : `, about ${readableSeconds(secondsLeft(point.step))} left`;
      stream.write(`${lineOf(point, total)}${left}\n${sample === null ? "" : `${indent(sample)}\n`}`);
    },
    stop: () => {},
  };
}

const lineOf = ({ step, loss, accuracy, heldOutLoss, heldOutAccuracy }: Point, total: number): string =>
  `${String(step).padStart(String(total).length)} of ${total}: loss ${loss.toFixed(3)}, ${percent(accuracy)} right; held out: ${heldOutLoss.toFixed(3)}, ${percent(heldOutAccuracy)}`;

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

export function readableSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "some time";
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
