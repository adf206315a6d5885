import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { srtOf, vttOf } from "./captions.ts";
import { ListenError } from "./listen-error.ts";
import { openStream, openWavFile } from "./open-sound.ts";
import { checkSavable, saveFile } from "./save-file.ts";

// `npm run listen | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof ListenError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function main(options: Arguments): Promise<void> {
  const { srt, vtt, attention } = options;
  for (const path of [srt, vtt, attention]) if (path !== undefined) await checkSavable(path);
  const stop = new AbortController();
  // what has been heard until then is still written; a second Ctrl-C ends it at once
  process.once("SIGINT", () => stop.abort());
  const sound =
    options.file === "-"
      ? await openStream(process.stdin, options.raw, stop.signal)
      : await openWavFile(options.file, stop.signal);
  if (sound.note) say(sound.note);

  // the model and its tokenizer take a moment to load: after all else is found good
  const { listen } = await import("./listen.ts");
  const { text, seconds, words, picture, took } = await listen(sound, options);
  if (options.json) process.stdout.write(`${JSON.stringify({ text, seconds, words }, null, 2)}\n`);
  const files = [
    [attention, picture],
    [srt, srtOf(words)],
    [vtt, vttOf(words)],
  ] as const;
  for (const [path, content] of files) {
    if (path === undefined || content === null) continue;
    await saveFile(path, content);
    say(`Wrote ${path}`);
  }
  if (text === "") say(`No speech was heard in ${seconds.toFixed(1)} s of sound: silence, noise, or too short.`);
  else say(pc.dim(`${seconds.toFixed(1)} s of sound in ${took.toFixed(1)} s (${options.backend})`));
  if (stop.signal.aborted) process.exitCode = 130;
}

/** What is not the text goes to standard error. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
