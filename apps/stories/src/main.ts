import {
  interrupted,
  isPiped,
  onInterruption,
  printable,
  readPipedText,
  runApp,
  say,
  UserError,
} from "@fovea/command-line";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { findModelFolder, missingModel, modelFile, readModelFile, tokenizerFile } from "./model-folder.ts";
import { modeOf } from "./modes.ts";
import { readLlama } from "./read-llama.ts";
import { createStoryteller, endlessWindow } from "./storyteller.ts";
import { tell } from "./tell.ts";
import { createTokenizer } from "./tokenizer.ts";

/** Bytes of a prompt at most: it is what a model of 512 tokens could read, and then some. */
const mostBytes = 16 * 1024;

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number | void> {
  const folder = findModelFolder(options.model);
  if (folder === null) return say(missingModel());
  const llama = readLlama(await readModelFile(folder, modelFile));
  const { heads, vocabulary, context } = llama.sizes;
  const tokenizer = createTokenizer(await readModelFile(folder, tokenizerFile), vocabulary);
  const prompt = options.prompt ?? (await pipedPrompt());
  // merging takes the square of the length: of a book it is enough to know that it is too long
  const fewest = Math.ceil(Buffer.byteLength(prompt) / tokenizer.longest);
  const isBook = fewest > context / 2;
  const prompted = isBook ? fewest : tokenizer.encode(prompt).length;
  if (prompted > context / 2) {
    const count = `${isBook ? "at least " : ""}${prompted}`;
    throw new UserError(`The prompt has ${count} tokens, the model reads at most ${context / 2}. Shorten it.`);
  }
  const steps = options.forever ? Infinity : options.steps;
  const endless = prompted + steps > context;
  const mode = modeOf(options.mode, { heads, window: options.window, sinks: options.sinks });
  const { backend, temperature, topK, topP, seed } = options;

  say(`${options.mode}: each token sees ${mode.description}`, pc.dim);
  if (endless) {
    const { recent, sinks } = endlessWindow;
    say(
      `longer than the ${context} tokens it was trained on: the cache keeps the first ${sinks} and the last ${recent}`,
      pc.dim,
    );
  }
  const { signal } = onInterruption();
  const storyteller = createStoryteller(llama, { mode, backend, endless });
  const session = storyteller.open();
  const told = await tell(
    session,
    tokenizer,
    {
      prompt,
      endless,
      isStopped: () => signal.aborted,
      ...(steps !== Infinity && { maximumTokens: steps }),
      temperature,
      ...(topK !== undefined && { topK }),
      ...(topP !== undefined && { topP }),
      seed,
    },
    (text) => process.stdout.write(printable(text, "\n\t")),
  );
  process.stdout.write("\n");
  session.dispose();
  storyteller.dispose();
  const lately = told.lately === null ? "" : `, ${whole(told.lately)} at the end`;
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  say(
    `${whole(told.tokens)} tokens, ${whole(told.tokens / told.seconds)} tokens/s${lately} (${backend}), ${megabytes} MB`,
    pc.dim,
  );
  return signal.aborted ? interrupted : 0;
}

/** What a pipe or a file on standard input begins the story with; the model's own beginning where there is none. */
async function pipedPrompt(): Promise<string> {
  if (!isPiped(process.stdin.fd)) return "";
  const remedy = "Shorten it.";
  const prompt = await readPipedText(process.stdin, { what: "prompt", mostBytes, remedy });
  return (prompt ?? "").trim();
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
