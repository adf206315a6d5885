import { basename } from "node:path";
import {
  checkSavable,
  fromCaller,
  reporting,
  runApp,
  saveFile,
  say,
  terminalWidth,
  UserError,
} from "@fovea/command-line";
import { backends } from "@fovea/command-line/backends";
import { openWavFile } from "@fovea/sound";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { attentionSvg } from "./attention-picture.ts";
import { findModelFolder, findRecordings, missingModel } from "./data-folder.ts";
import { hearSound, type Hearing } from "./hear-sound.ts";
import { hearingsAsJson } from "./hearings-as-json.ts";
import { readKeywordWeights } from "./keyword-weights.ts";
import { readLabels } from "./labels.ts";
import { attentionPng } from "./mel-picture.ts";
import { showHearing } from "./show-hearing.ts";
import { createSpotter } from "./spotter.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<void> {
  const folder = findModelFolder(options.weights);
  if (folder === null) return say(missingModel());
  const sounds = soundsOf(options.files);
  if (options.attention !== undefined) await checkSavable(options.attention);
  const weights = await readKeywordWeights(folder);
  const labels = await readLabels(folder, weights.head.bias.shape[0]);

  const backend = backends[options.backend]();
  const spotter = createSpotter(weights, backend);
  const hearings: Hearing[] = [];
  for (const { name, path } of sounds) {
    // a bad file is reported and the others still have their turn
    await reporting(async () => {
      const sound = await openWavFile(path);
      if (sound.note) say(sound.note);
      const hearing = await hearSound(name, sound.samples, { spotter, labels, threshold: options.threshold });
      hearings.push(hearing);
      if (!options.json)
        process.stdout.write(`${showHearing(hearing, { width: terminalWidth(), isColored: pc.isColorSupported })}\n`);
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
  throw new UserError(
    'Nothing to hear: the recordings are not on this machine. Name a WAV file, or run "npm run fetch -- audio".',
  );
}

async function draw(path: string, hearings: readonly Hearing[]): Promise<void> {
  const isPng = path.toLowerCase().endsWith(".png");
  await saveFile(path, isPng ? attentionPng(hearings.map(({ told }) => told)) : attentionSvg(hearings));
  say(`Drew ${path}`);
}
