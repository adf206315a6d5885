import { basename } from "node:path";
import { fromCaller } from "@fovea/listen/src/arguments.ts";
import { backends } from "@fovea/listen/src/backends.ts";
import { ListenError } from "@fovea/listen/src/listen-error.ts";
import { openWavFile } from "@fovea/listen/src/open-sound.ts";
import { checkSavable, saveFile } from "@fovea/listen/src/save-file.ts";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { attentionSvg } from "./attention-picture.ts";
import { findModelFolder, findRecordings, missingModel } from "./data-folder.ts";
import { hearSound, type Hearing } from "./hear-sound.ts";
import { hearingsAsJson } from "./hearings-as-json.ts";
import { readKeywordWeights } from "./keyword-weights.ts";
import { KeywordsError } from "./keywords-error.ts";
import { readLabels } from "./labels.ts";
import { attentionPng } from "./mel-picture.ts";
import { showHearing } from "./show-hearing.ts";
import { createSpotter } from "./spotter.ts";

// `npm run keywords | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

await reportingMistakes(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<void> {
  const folder = findModelFolder(options.weights);
  if (folder === null) return say(missingModel);
  const sounds = soundsOf(options.files);
  if (options.attention !== undefined) await checkSavable(options.attention);
  const weights = await readKeywordWeights(folder);
  const labels = await readLabels(folder, weights.head.bias.shape[0]);

  const backend = backends[options.backend]();
  const spotter = createSpotter(weights, backend);
  const hearings: Hearing[] = [];
  for (const { name, path } of sounds) {
    // a bad file is reported and the others still have their turn
    await reportingMistakes(async () => {
      const sound = await openWavFile(path);
      if (sound.note) say(sound.note);
      const hearing = await hearSound(name, sound.samples, { spotter, labels, threshold: options.threshold });
      hearings.push(hearing);
      if (!options.json) process.stdout.write(`${showHearing(hearing, pc.isColorSupported)}\n`);
    });
  }
  spotter.dispose();
  backend.dispose();

  if (options.json) process.stdout.write(`${hearingsAsJson(hearings)}\n`);
  if (options.attention !== undefined && hearings.length > 0) await draw(options.attention, hearings);
}

/** The sounds that were asked for, or without files some recordings. */
function soundsOf(files: readonly string[]): { readonly name: string; readonly path: string }[] {
  if (files.length > 0) return files.map((file) => ({ name: file, path: fromCaller(file) }));
  const recordings = findRecordings();
  if (recordings.length > 0) return recordings.map((path) => ({ name: basename(path), path }));
  throw new KeywordsError("Nothing to hear: the recordings are not on this machine. Name a WAV file.");
}

async function draw(path: string, hearings: readonly Hearing[]): Promise<void> {
  const isPng = path.toLowerCase().endsWith(".png");
  await saveFile(path, isPng ? attentionPng(hearings.map(({ told }) => told)) : attentionSvg(hearings));
  say(`Drew ${path}`);
}

/** What a person can put right is one sentence on standard error and exit code 1; all else is a bug and stops everything. */
async function reportingMistakes(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof KeywordsError || error instanceof ListenError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** What is not the answer goes to standard error. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
