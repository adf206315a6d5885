import cliProgress from "cli-progress";

// a CommonJS package: Node finds its exports on the default
const { Format, SingleBar } = cliProgress;

export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** Where progress is shown: on a terminal as a bar with the time left, elsewhere as a line for each quarter. */
export function showProgress(total: number, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? showBar(total, stream) : writeLines(total, stream);
}

function showBar(total: number, stream: NodeJS.WriteStream): Progress {
  const bar = new SingleBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    etaBuffer: 20,
    barsize: 30,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    format: (options, { progress, value, total, eta }) => {
      const left = value === 0 || value === total ? "" : `, ${readableSeconds(eta)} left`;
      return `Embedding passages ${Format.BarFormat(progress, options)} ${value} of ${total}${left}`;
    },
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}

function writeLines(total: number, stream: NodeJS.WriteStream): Progress {
  const start = performance.now();
  stream.write(`Embedding ${total} ${total === 1 ? "passage" : "passages"}…\n`);
  let quarter = 0;
  return {
    update(done) {
      const reached = Math.floor((4 * done) / total);
      if (reached === quarter || done === total) return;
      quarter = reached;
      const seconds = ((performance.now() - start) / 1000 / done) * (total - done);
      stream.write(`  ${done} of ${total}, about ${readableSeconds(Math.ceil(seconds))} left\n`);
    },
    stop: () => {},
  };
}

function readableSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return "some time";
  if (seconds < 100) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
