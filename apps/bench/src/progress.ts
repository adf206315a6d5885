import cliProgress from "cli-progress";

// a CommonJS package: Node finds its exports on the default
const { Format, SingleBar } = cliProgress;

export interface Progress {
  /** A row or chart begins that takes about so many seconds. */
  begin(name: string, seconds: number): void;
  stop(): void;
}

/** A bar with the time left on a terminal, elsewhere a line for each row.
 *  @param total seconds that all together are expected to take */
export function showProgress(total: number, stream: NodeJS.WriteStream): Progress {
  const start = performance.now();
  let expected = 0; // of what is done
  let current = { name: "", seconds: 0, begun: start };
  const secondsLeft = (): number => {
    const now = performance.now();
    const reached = expected + Math.min((now - current.begun) / 1000, current.seconds);
    // until there is something to go by, the plan; then the plan at the pace so far
    const pace = expected < total / 20 ? 1 : (current.begun - start) / 1000 / expected;
    return Math.max(1, (total - reached) * pace);
  };
  const advance = (name: string, seconds: number): void => {
    expected += current.seconds;
    current = { name, seconds, begun: performance.now() };
  };
  if (!stream.isTTY) {
    return {
      begin(name, seconds) {
        advance(name, seconds);
        stream.write(`${name}, about ${readableSeconds(secondsLeft())} left\n`);
      },
      stop: () => {},
    };
  }
  const bar = new SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    gracefulExit: false,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    format: (options, { progress }) =>
      `${Format.BarFormat(progress, options)} ${current.name}, ${readableSeconds(secondsLeft())} left`,
  });
  bar.start(total, 0);
  const timer = setInterval(
    () => bar.update(expected + Math.min((performance.now() - current.begun) / 1000, current.seconds)),
    500,
  );
  return {
    begin: advance,
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}

function readableSeconds(seconds: number): string {
  return seconds < 100 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
