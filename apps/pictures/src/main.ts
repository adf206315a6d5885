import { writeFile } from "node:fs/promises";
import cliProgress from "cli-progress";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { attentionPng, attentionSvg } from "./attention-picture.ts";
import { backends } from "./backends.ts";
import { createClassifier, type Classifier } from "./classifier.ts";
import { evaluate, readExamples } from "./evaluate.ts";
import { findModelFolder, missingModel } from "./model-folder.ts";
import { openPictures } from "./open-pictures.ts";
import { PicturesError } from "./pictures-error.ts";
import { showSight, sightsAsJson } from "./show-sight.ts";
import { percent, type Sight } from "./sight.ts";
import type { TerminalColors } from "./terminal-picture.ts";
import { viewOf } from "./view.ts";
import { visionModels } from "./vision-models.ts";
import { readVisionWeights } from "./vision-weights.ts";

// `npm run pictures | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

await reportingMistakes(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<void> {
  const model = visionModels[options.model];
  const folder = findModelFolder(model, options.weights);
  if (folder === null) return say(missingModel(model));
  const backend = backends[options.backend]();
  const classifier = createClassifier(await readVisionWeights(folder, model), model, backend);
  if (options.evaluate === undefined) await showPictures(classifier, options);
  else await showEvaluation(classifier, options);
  classifier.dispose();
  backend.dispose();
}

async function showPictures(classifier: Classifier, options: Arguments): Promise<void> {
  const model = visionModels[options.model];
  const width = process.stdout.columns ?? 80;
  const sights: Sight[] = [];
  for (const { name, read } of openPictures(options.files, options.model)) {
    // a bad file is reported and the others still have their turn
    await reportingMistakes(async () => {
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
  try {
    await writeFile(path, path.toLowerCase().endsWith(".png") ? attentionPng(sights) : attentionSvg(sights));
  } catch (error) {
    throw new PicturesError(
      `The picture could not be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  say(`Drew ${path}`);
}

async function showEvaluation(classifier: Classifier, options: Arguments): Promise<void> {
  const { classes } = visionModels[options.model];
  const examples = await readExamples(options.model, typeof options.evaluate === "string" ? options.evaluate : null);
  const bar = new cliProgress.SingleBar({ clearOnComplete: true, format: "{bar} {value} of {total}" });
  bar.start(examples.pictures.length, 0);
  const started = performance.now();
  const counts = await evaluate(examples, classifier, classes.length, (done) => bar.update(done));
  const seconds = (performance.now() - started) / 1000;
  bar.stop();
  const [all, right] = [examples.pictures.length, counts.reduce((sum, { right }) => sum + right, 0)];
  const longest = Math.max(...classes.map((name) => name.length));
  const lines = classes.map((name, index) => {
    const { all, right } = counts[index];
    return `  ${name.padEnd(longest)}  ${all === 0 ? "none" : percent(right / all).padStart(7)}`;
  });
  process.stdout.write(
    `${percent(right / all)} of ${all} right, in ${seconds.toFixed(1)} s: ${examples.description}.\n${lines.join("\n")}\n`,
  );
}

/** What a person can put right is one sentence on standard error and exit code 1; all else is a bug and stops everything. */
async function reportingMistakes(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof PicturesError)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** Terminals that can show any color say so in COLORTERM; the others know xterm's 256. */
function terminalColors(): TerminalColors {
  if (!pc.isColorSupported) return "none";
  return /truecolor|24bit/i.test(process.env["COLORTERM"] ?? "") ? "true" : "indexed";
}

/** What is not the answer goes to standard error. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
