import { checkSavable, interrupted, jsonText, onInterruption, runApp, saveFile, say } from "@fovea/command-line";
import { openStream, openWavFile } from "@fovea/sound";
import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { srtOf, vttOf } from "./captions.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number> {
  const { srt, vtt, attention } = options;
  for (const path of [srt, vtt, attention]) if (path !== undefined) await checkSavable(path);
  // what has been heard until then is still written
  const { signal } = onInterruption();
  const sound =
    options.file === "-"
      ? await openStream(process.stdin, options.raw, signal)
      : await openWavFile(options.file, signal);
  if (sound.note) say(sound.note);

  // the model and its tokenizer take a moment to load: after all else is found good
  const { listen } = await import("./listen.ts");
  const { text, seconds, words, picture, took } = await listen(sound, options);
  if (options.json) process.stdout.write(`${jsonText({ text, seconds, words }, 2)}\n`);
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
  else say(`${seconds.toFixed(1)} s of sound in ${took.toFixed(1)} s (${options.backend})`, pc.dim);
  return signal.aborted ? interrupted : 0;
}
