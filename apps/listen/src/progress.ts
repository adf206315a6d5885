import cliProgress from "cli-progress";
import { clock } from "./clock.ts";

/** How far a long recording is: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  readonly isShown: boolean;
  update(seconds: number): void;
  /** Runs what writes to the same terminal, with the bar out of its way. */
  aside(write: () => void): void;
  stop(): void;
}

/** @param total seconds of the recording; null: it is short, or nobody knows */
export function showProgress(total: number | null, stream: NodeJS.WriteStream): Progress {
  if (total === null || !stream.isTTY) {
    return { isShown: false, update: () => {}, aside: (write) => write(), stop: () => {} };
  }
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    etaBuffer: 20,
    format: (options, { progress, value, eta }) => {
      const left = value > 0 && Number.isFinite(eta) ? `, ${time(eta)} left` : "";
      return `Listening ${cliProgress.Format.BarFormat(progress, options)} ${time(value)} of ${time(total)}${left}`;
    },
  });
  let reached = 0;
  bar.start(total, reached);
  return {
    isShown: true,
    update(seconds) {
      reached = Math.min(seconds, total);
      bar.update(reached);
    },
    aside(write) {
      bar.stop();
      write();
      bar.start(total, reached);
    },
    stop: () => bar.stop(),
  };
}

const time = (seconds: number): string => clock(seconds, { digits: 0 });
