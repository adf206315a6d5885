import {
  checkSavable,
  interrupted,
  onInterruption,
  printable,
  reporting,
  runApp,
  saveFile,
  say,
  showProgress,
  terminalWidth,
} from "@fovea/command-line";
import { backends } from "@fovea/command-line/backends";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { attentionPng, attentionSvg } from "./attention-picture.ts";
import { createClassifier, type Classifier } from "./classifier.ts";
import { evaluate, readExamples } from "./evaluate.ts";
import { findModelFolder, missingModel } from "./model-folder.ts";
import { openPictures } from "./open-pictures.ts";
import { showSight, sightsAsJson } from "./show-sight.ts";
import { percent, type Sight } from "./sight.ts";
import type { TerminalColors } from "./terminal-picture.ts";
import { viewOf } from "./view.ts";
import { visionModels } from "./vision-models.ts";
import { readVisionWeights } from "./vision-weights.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number | void> {
  const model = visionModels[options.model];
  const folder = findModelFolder(model, options.weights);
  if (folder === null) return say(missingModel(model));
  const backend = backends[options.backend]();
  if (options.attention !== undefined) await checkSavable(options.attention);
  const classifier = createClassifier(await readVisionWeights(folder, model), model, backend);
  try {
    if (options.evaluate !== undefined) return await showEvaluation(classifier, options);
    await showPictures(classifier, options);
  } finally {
    classifier.dispose();
    backend.dispose();
  }
}

async function showPictures(classifier: Classifier, options: Arguments): Promise<void> {
  const model = visionModels[options.model];
  const width = terminalWidth();
  const sights: Sight[] = [];
  for (const { name, read } of openPictures(options.files, options.model)) {
    // a bad file is reported and the others still have their turn
    await reporting(async () => {
      const view = viewOf(name, await read(), model, options.invert);
      if (view.isInverted) say(`${name}: turned over, the model knows light things on dark`);
      const sight = { view, classes: model.classes, ...classifier.look(view.seen) };
      sights.push(sight);
      const show = { colors: terminalColors(), width, picture: options.picture };
      if (!options.json) process.stdout.write(`${showSight(sight, show)}\n`);
    });
  }
  if (options.json) process.stdout.write(`${sightsAsJson(sights)}\n`);
  if (options.attention !== undefined && sights.length > 0) await draw(options.attention, sights);
}

async function draw(path: string, sights: readonly Sight[]): Promise<void> {
  await saveFile(path, path.toLowerCase().endsWith(".png") ? attentionPng(sights) : attentionSvg(sights));
  say(`Drew ${path}`);
}

async function showEvaluation(classifier: Classifier, options: Arguments): Promise<number> {
  const { signal } = onInterruption();
  const { classes } = visionModels[options.model];
  const examples = await readExamples(options.model, typeof options.evaluate === "string" ? options.evaluate : null);
  const total = examples.pictures.length;
  const progress = showProgress({ total, describe: (value) => `${value} of ${total}` });
  const started = performance.now();
  const counts = await evaluate(examples, classifier, classes.length, { signal, progress: progress.update });
  const seconds = (performance.now() - started) / 1000;
  progress.stop();
  const [all, right] = counts.reduce(([all, right], count) => [all + count.all, right + count.right], [0, 0]);
  const longest = Math.max(...classes.map((name) => name.length));
  const lines = classes.map((name, index) => {
    const { all, right } = counts[index];
    return `  ${name.padEnd(longest)}  ${all === 0 ? "none" : percent(right / all).padStart(7)}`;
  });
  process.stdout.write(
    `${percent(right / all)} of ${all} right, in ${seconds.toFixed(1)} s: ${printable(examples.description)}.\n${lines.join("\n")}\n`,
  );
  return signal.aborted ? interrupted : 0;
}

/** Terminals that can show any color say so in COLORTERM; the others know xterm's 256. */
function terminalColors(): TerminalColors {
  if (!pc.isColorSupported) return "none";
  return /truecolor|24bit/i.test(process.env["COLORTERM"] ?? "") ? "true" : "indexed";
}
