import { readableSeconds, showProgress } from "@fovea/command-line";

export interface BenchProgress {
  /** A row or chart begins that takes about so many seconds. */
  begin(name: string, seconds: number): void;
  stop(): void;
}

/** A bar with the time left on a terminal, elsewhere a line for each row.
 *  @param total seconds that all together are expected to take */
export function showBenchProgress(total: number, stream: NodeJS.WriteStream): BenchProgress {
  const start = performance.now();
  let expected = 0; // of what is done
  let current = { name: "", seconds: 0, begun: start };
  const secondsLeft = (): number => {
    // until there is something to go by, the plan; then the plan at the pace so far
    const pace = expected < total / 20 ? 1 : (current.begun - start) / 1000 / expected;
    return Math.max(1, (total - reached()) * pace);
  };
  const advance = (name: string, seconds: number): void => {
    expected += current.seconds;
    current = { name, seconds, begun: performance.now() };
  };
  const reached = (): number => expected + Math.min((performance.now() - current.begun) / 1000, current.seconds);
  const bar = showProgress({
    total,
    stream,
    describe: () => `${current.name}, ${readableSeconds(secondsLeft())} left`,
  });
  const timer = bar.isShown ? setInterval(() => bar.update(reached()), 500) : undefined;
  return {
    begin(name, seconds) {
      advance(name, seconds);
      if (!bar.isShown) stream.write(`${name}, about ${readableSeconds(secondsLeft())} left\n`);
    },
    stop() {
      clearInterval(timer);
      bar.stop();
    },
  };
}
