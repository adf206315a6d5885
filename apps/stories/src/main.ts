import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { findModelFolder, missingModel, modelFile, readModelFile, tokenizerFile } from "./model-folder.ts";
import { modes } from "./modes.ts";
import { readLlama } from "./read-llama.ts";
import { StoryError } from "./story-error.ts";
import { endlessWindow, openStoryteller } from "./storyteller.ts";
import { tell } from "./tell.ts";
import { createTokenizer } from "./tokenizer.ts";

// `npm run stories | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof StoryError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(options: Arguments): Promise<void> {
  const folder = findModelFolder(options.model);
  if (folder === null) return say(missingModel);
  const llama = readLlama(await readModelFile(folder, modelFile));
  const { heads, vocabulary, context } = llama.sizes;
  const tokenizer = createTokenizer(await readModelFile(folder, tokenizerFile), vocabulary);
  // merging takes the square of the length: of a book it is enough to know that it is too long
  const fewest = Math.ceil(Buffer.byteLength(options.prompt) / tokenizer.longest);
  const isBook = fewest > context / 2;
  const prompted = isBook ? fewest : tokenizer.encode(options.prompt).length;
  if (prompted > context / 2) {
    const count = `${isBook ? "at least " : ""}${prompted}`;
    throw new StoryError(`The prompt has ${count} tokens, the model reads at most ${context / 2}. Shorten it.`);
  }
  const steps = options.forever ? Infinity : options.steps;
  const endless = prompted + steps > context;
  const mode = modes[options.mode]({ heads, window: options.window, sinks: options.sinks });
  const { backend, temperature, topK, topP, seed } = options;

  say(pc.dim(`${options.mode}: each token sees ${mode.description}`));
  if (endless) {
    const { recent, sinks } = endlessWindow;
    say(
      pc.dim(
        `longer than the ${context} tokens it was trained on: the cache keeps the first ${sinks} and the last ${recent}`,
      ),
    );
  }
  let isStopped = false;
  process.once("SIGINT", () => (isStopped = true));
  const storyteller = openStoryteller(llama, { mode, backend, endless });
  const told = await tell(
    storyteller.session,
    tokenizer,
    {
      prompt: options.prompt,
      endless,
      isStopped: () => isStopped,
      ...(steps !== Infinity && { maximumTokens: steps }),
      temperature,
      ...(topK !== undefined && { topK }),
      ...(topP !== undefined && { topP }),
      seed,
    },
    (text) => process.stdout.write(text),
  );
  process.stdout.write("\n");
  storyteller.dispose();
  const lately = told.lately === null ? "" : `, ${whole(told.lately)} at the end`;
  const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
  say(
    pc.dim(
      `${whole(told.tokens)} tokens, ${whole(told.tokens / told.seconds)} tokens/s${lately} (${backend}), ${megabytes} MB`,
    ),
  );
  if (isStopped) process.exitCode = 130;
}

/** What is not the story goes to standard error. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
