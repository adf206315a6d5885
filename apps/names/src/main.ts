import { writeFile } from "node:fs/promises";
import { heatmapSvg } from "@fovea/inspection";
import { transpose } from "@fovea/tensor";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { backends } from "./backends.ts";
import { evaluate } from "./evaluate.ts";
import { findModelFolder, missingModel } from "./model-folder.ts";
import { NamesError } from "./names-error.ts";
import { namesAsJson, showName } from "./show-name.ts";
import { openTransliterator, type Transliteration, type Transliterator } from "./transliterator.ts";

// `npm run names | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

await reportingMistakes(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<void> {
  const folder = findModelFolder(options.model);
  if (folder === null) {
    process.stderr.write(`${missingModel}\n`);
    return;
  }
  const backend = backends[options.backend]();
  const transliterator = await openTransliterator(folder, backend, options.beams);
  if (options.evaluate) await showEvaluation(folder, transliterator);
  else await showNames(transliterator, options);
  transliterator.dispose();
  backend.dispose();
}

async function showNames(transliterator: Transliterator, options: Arguments): Promise<void> {
  const names: Transliteration[] = [];
  for (const name of options.names) {
    // a name that cannot be read is reported and the others still have their turn
    await reportingMistakes(async () => {
      const written = await transliterator.align(name);
      names.push(written);
      if (!options.json) process.stdout.write(`${showName(written, options.map, pc.isColorSupported)}\n`);
    });
  }
  if (options.json) process.stdout.write(`${namesAsJson(names)}\n`);
  if (options.attention === undefined || names.length === 0) return;
  const [{ source, target, alignment }] = names;
  const title = `${source.join("")} → ${target.join("")}: where each letter came from`;
  const picture = heatmapSvg(transpose(alignment), { rowLabels: source, columnLabels: target, title });
  try {
    await writeFile(options.attention, picture);
  } catch (error) {
    throw new NamesError(`The picture could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.stderr.write(`Drew ${options.attention}\n`);
}

async function showEvaluation(folder: string, transliterator: Transliterator): Promise<void> {
  const started = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  const { pairs, characterErrorRate, exact } = await evaluate(folder, transliterator, (done, total) => {
    if (isTerminal) process.stderr.write(`\r${done} of ${total}`);
  });
  if (isTerminal) process.stderr.write("\r\u001B[K");
  const seconds = (performance.now() - started) / 1000;
  process.stdout.write(
    `Character error rate ${characterErrorRate.toFixed(3)} on ${pairs} names, ${exact} without a mistake, in ${seconds.toFixed(1)} s.\n`,
  );
}

/** What a person can put right is one sentence on standard error and exit code 1; all else is a bug and stops everything. */
async function reportingMistakes(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NamesError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
