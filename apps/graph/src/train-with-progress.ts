import { say, showProgress, type Interruption } from "@fovea/command-line";
import type { Graph } from "./graph.ts";
import type { NetworkWeights } from "./network.ts";
import { train, type TrainSettings } from "./train.ts";

/** Trains, says on standard error how far it is, and keeps what was learned when Ctrl-C stops it. */
export async function trainWithProgress(
  graph: Graph,
  settings: TrainSettings,
  { signal }: Interruption,
): Promise<NetworkWeights> {
  const started = performance.now();
  const total = settings.maximumEpochs;
  let [loss, accuracy] = ["-", "-"];
  const bar = showProgress({
    total,
    describe: (epoch) => `epoch ${epoch} of at most ${total}, loss ${loss}, validation ${accuracy}`,
  });
  if (bar.isShown) {
    bar.aside(() => say("Training until it no longer gets better; Ctrl-C stops it and keeps the best so far."));
  }
  const { weights, best, epochs } = await train(graph, {
    ...settings,
    isStopped: () => signal.aborted,
    progress: ({ epoch, validationLoss, validationAccuracy }) => {
      [loss, accuracy] = [validationLoss.toFixed(3), `${(100 * validationAccuracy).toFixed(1)} %`];
      bar.update(epoch);
    },
  });
  bar.stop();
  const seconds = (performance.now() - started) / 1000;
  say(
    `Trained for ${epochs} epochs in ${seconds.toFixed(0)} s, best at ${best.epoch}: validation loss ${best.validationLoss.toFixed(3)}.`,
  );
  return weights;
}
