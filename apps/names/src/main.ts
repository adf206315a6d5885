import {
  interrupted,
  isPiped,
  onInterruption,
  readPipedText,
  reporting,
  runApp,
  saveFile,
  say,
  showProgress,
  UserError,
} from "@fovea/command-line";
import { openBackend } from "@fovea/command-line/backends";
import { heatmapSvg } from "@fovea/inspection";
import { transpose } from "@fovea/tensor";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { evaluate, evaluatedPairs } from "./evaluate.ts";
import { findModelFolder, missingModel } from "./model-folder.ts";
import { readNames } from "./read-names.ts";
import { namesAsJson, showName } from "./show-name.ts";
import { openTransliterator, type Transliteration, type Transliterator } from "./transliterator.ts";

const examples = ["مارتن", "سارة", "فيكتوريا"];
/** A list of some ten thousand names. */
const mostBytes = 2 ** 18;

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number | void> {
  const folder = findModelFolder(options.model);
  if (folder === null) return say(missingModel());
  const backend = openBackend(options.backend);
  const transliterator = await openTransliterator(folder, backend, options.beams);
  try {
    if (options.evaluate) return await showEvaluation(folder, transliterator);
    await showNames(transliterator, await askedFor(options), options);
  } finally {
    transliterator.dispose();
    backend.dispose();
  }
}

/** The names of the arguments, or a pipe's, or without either some examples. */
async function askedFor(options: Arguments): Promise<readonly string[]> {
  if (options.names.length > 0) {
    const names = readNames(options.names);
    if (names.length === 0)
      throw new UserError("There is no name in the arguments. Name some, as in: npm run names -- مارتن");
    return names;
  }
  if (!isPiped(process.stdin.fd)) return examples;
  const remedy = "Send fewer names at a time.";
  const piped = await readPipedText(process.stdin, { what: "list of names", mostBytes, remedy });
  const names = readNames([piped ?? ""]);
  if (names.length > 0) return names;
  say("No name came on standard input. Here are some examples.");
  return examples;
}

async function showNames(transliterator: Transliterator, asked: readonly string[], options: Arguments): Promise<void> {
  const names: Transliteration[] = [];
  for (const name of asked) {
    // a name that cannot be read is reported and the others still have their turn
    await reporting(async () => {
      const written = await transliterator.align(name);
      names.push(written);
      if (!options.json) process.stdout.write(`${showName(written, options.map, pc.isColorSupported)}\n`);
    });
  }
  if (options.json) process.stdout.write(`${namesAsJson(names)}\n`);
  const [first] = names;
  if (options.attention === undefined || !first) return;
  const { source, target, alignment } = first;
  const title = `${source.join("")} → ${target.join("")}: where each letter came from`;
  await saveFile(
    options.attention,
    heatmapSvg(transpose(alignment), { rowLabels: source, columnLabels: target, title }),
  );
  say(`Drew ${options.attention}`);
}

async function showEvaluation(folder: string, transliterator: Transliterator): Promise<number> {
  const { signal } = onInterruption();
  const started = performance.now();
  const progress = showProgress({ total: evaluatedPairs, describe: (value) => `${value} of ${evaluatedPairs}` });
  const { pairs, characterErrorRate, exact } = await evaluate(folder, transliterator, {
    signal,
    progress: progress.update,
  });
  progress.stop();
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(
    `Character error rate ${characterErrorRate.toFixed(3)} on ${pairs} names, ${exact} without a mistake, in ${seconds.toFixed(1)} s.\n`,
  );
  return signal.aborted ? interrupted : 0;
}
