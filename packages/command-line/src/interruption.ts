/** Exit code of work that Ctrl-C ended: 128 and the signal's number, as shells have it. */
export const interrupted = 130;

export interface Interruption {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** The next Ctrl-C ends the process again, as if nobody listened. */
  release(): void;
}

/** Lets work keep what it has: the first Ctrl-C, hang-up or request to end only aborts the signal; the second ends the process at once.
 *  @param stopping called at the first */
export function onInterruption(stopping: () => void = () => {}): Interruption {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(interrupted);
    controller.abort();
    stopping();
  };
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
