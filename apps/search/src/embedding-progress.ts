import { readableSeconds, say, showProgress } from "@fovea/command-line";

export interface EmbeddingProgress {
  update(done: number): void;
  stop(): void;
}

const left = (seconds: number): string => `about ${readableSeconds(seconds)} left`;

/** How far the passages are: on a terminal a bar with the time left, elsewhere a line for each quarter. */
export function showEmbedding(total: number): EmbeddingProgress {
  const bar = showProgress({
    total,
    label: "Embedding passages",
    describe: (value, seconds) => `${value} of ${total}${value === 0 || value === total ? "" : `, ${left(seconds)}`}`,
  });
  if (bar.isShown) return bar;

  const start = performance.now();
  say(`Embedding ${total} ${total === 1 ? "passage" : "passages"}…`);
  let quarter = 0;
  return {
    update(done) {
      const reached = Math.floor((4 * done) / total);
      if (reached === quarter || done === total) return;
      quarter = reached;
      say(`  ${done} of ${total}, ${left(((performance.now() - start) / 1000 / done) * (total - done))}`);
    },
    stop: bar.stop,
  };
}
