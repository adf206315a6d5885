import cliProgress from "cli-progress";
import type { Graph } from "./graph.ts";
import type { NetworkWeights } from "./network.ts";
import { train, type Epoch, type TrainSettings } from "./train.ts";

/** Trains, says on standard error how far it is, and keeps what was learned when Ctrl-C stops it. */
export async function trainWithProgress(graph: Graph, settings: TrainSettings): Promise<NetworkWeights> {
  const stream = process.stderr;
  const started = performance.now();
  const bar = stream.isTTY
    ? new cliProgress.SingleBar({
        stream,
        hideCursor: true,
        clearOnComplete: true,
        barsize: 24,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        format: "{bar} epoch {value} of at most {total}, loss {loss}, validation {accuracy}",
      })
    : null;
  if (bar) stream.write("Training until it no longer gets better; Ctrl-C stops it and keeps the best so far.\n");
  bar?.start(settings.maximumEpochs, 0, { loss: "-", accuracy: "-" });
  let isStopped = false;
  const stop = (): void => void (isStopped = true);
  process.once("SIGINT", stop);
  const progress = ({ epoch, validationLoss, validationAccuracy }: Epoch): void => {
    bar?.update(epoch, { loss: validationLoss.toFixed(3), accuracy: `${(100 * validationAccuracy).toFixed(1)} %` });
  };
  const { weights, best, epochs } = await train(graph, { ...settings, isStopped: () => isStopped, progress });
  process.removeListener("SIGINT", stop);
  bar?.stop();
  if (isStopped) process.exitCode = 130;
  const seconds = (performance.now() - started) / 1000;
  stream.write(
    `Trained for ${epochs} epochs in ${seconds.toFixed(0)} s, best at ${best.epoch}: validation loss ${best.validationLoss.toFixed(3)}.\n`,
  );
  return weights;
}
