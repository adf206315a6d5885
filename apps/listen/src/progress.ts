import cliProgress from "cli-progress";
import { clock } from "./clock.ts";

/** How far a long recording is: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  update(seconds: number): void;
  /** Runs what writes to the same terminal, with the bar out of its way. */
  aside(write: () => void): void;
  stop(): void;
}

/** @param total seconds of the recording */
export function showProgress(total: number, stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return { update: () => {}, aside: (write) => write(), stop: () => {} };
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    etaBuffer: 20,
    format: (options, { progress, value, eta }) => {
      const left = value > 0 && Number.isFinite(eta) ? `, ${clock(eta, { digits: 0, mark: "" })} left` : "";
      const time = (seconds: number): string => clock(seconds, { digits: 0, mark: "" });
      return `Listening ${cliProgress.Format.BarFormat(progress, options)} ${time(value)} of ${time(total)}${left}`;
    },
  });
  let reached = 0;
  bar.start(total, reached);
  return {
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
