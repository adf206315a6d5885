import cliProgress from "cli-progress";

/** How far the work is: a bar on a terminal, nothing elsewhere. */
export interface Progress {
  /** Whether there is a bar. */
  readonly isShown: boolean;
  update(value: number): void;
  /** Runs what writes to the same terminal, with the bar out of its way. */
  aside(write: () => void): void;
  stop(): void;
}

export interface ProgressOptions {
  /** What `update` counts to. */
  readonly total: number;
  /** What it begins at, in work that goes on; default 0. */
  readonly begin?: number;
  /** Before the bar; default nothing. */
  readonly label?: string;
  /** After the bar.
   *  @param secondsLeft at the pace so far; Infinity before there is one */
  readonly describe: (value: number, secondsLeft: number) => string;
  /** Default standard error. */
  readonly stream?: NodeJS.WriteStream;
}

/** A bar in block characters that Ctrl-C takes away. Work that shows one listens to Ctrl-C by `onInterruption`. */
export function showProgress(options: ProgressOptions): Progress {
  const { total, begin = 0, label = "", describe, stream = process.stderr } = options;
  if (!stream.isTTY) return { isShown: false, update: () => {}, aside: (write) => write(), stop: () => {} };

  const started = performance.now();
  let [reached, isStopped] = [begin, false];
  const secondsLeft = (): number =>
    reached > begin ? ((performance.now() - started) / 1000 / (reached - begin)) * (total - reached) : Infinity;
  const bar = new cliProgress.SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false, // its handler would keep the first Ctrl-C from whoever does not listen
    forceRedraw: true,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    format: (barOptions, { progress }) => {
      const drawn = cliProgress.Format.BarFormat(progress, barOptions);
      return `${label === "" ? "" : `${label} `}${drawn} ${describe(reached, secondsLeft())}`;
    },
  });
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    bar.stop();
    process.off("SIGINT", stop);
  };
  process.on("SIGINT", stop);
  bar.start(total, begin);
  return {
    isShown: true,
    update(value) {
      reached = Math.min(value, total);
      if (!isStopped) bar.update(reached);
    },
    aside(write) {
      if (isStopped) return write();
      // a bar goes back to where it began when it stops, so it begins anew below whatever is written
      bar.stop();
      write();
      bar.start(total, reached);
    },
    stop,
  };
}
