import pc from "picocolors";
import { parseArguments, type Arguments } from "./arguments.ts";
import { attentionPicture } from "./attention-picture.ts";
import { backends } from "./backends.ts";
import { srtOf, vttOf } from "./captions.ts";
import { clock } from "./clock.ts";
import { cutSound, livePieces, recordingPieces } from "./cut-sound.ts";
import { ListenError } from "./listen-error.ts";
import { modelFolder } from "./model-files.ts";
import { openMoonshine, sampleRate, type Moonshine } from "./moonshine.ts";
import { openStream, openWavFile, type Sound } from "./open-sound.ts";
import { showProgress } from "./progress.ts";
import { checkSavable, saveFile } from "./save-file.ts";
import { transcribe } from "./transcribe.ts";
import { wordTimes, type Word } from "./word-times.ts";

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
  const backend = backends[options.backend]();
  const model = await openMoonshine(options.model ?? modelFolder(), backend);
  const started = performance.now();
  const heard = await listen(model, sound, options);
  if (options.json) process.stdout.write(`${JSON.stringify(heard, null, 2)}\n`);
  if (srt !== undefined) await save(srt, srtOf(heard.words));
  if (vtt !== undefined) await save(vtt, vttOf(heard.words));
  model.dispose();
  backend.dispose();
  const seconds = (performance.now() - started) / 1000;
  if (heard.text === "")
    say(`No speech was heard in ${heard.seconds.toFixed(1)} s of sound: it is silent, or too short.`);
  else say(pc.dim(`${heard.seconds.toFixed(1)} s of sound in ${seconds.toFixed(1)} s (${backend.name})`));
  if (stop.signal.aborted) process.exitCode = 130;
}

interface Heard {
  readonly text: string;
  readonly seconds: number;
  readonly words: readonly Word[];
}

/** Piece by piece, in the memory of one piece: what is kept is words. */
async function listen(model: Moonshine, sound: Sound, options: Arguments): Promise<Heard> {
  const { timestamps, json, srt, vtt, attention } = options;
  const keepsWords = json || srt !== undefined || vtt !== undefined;
  const isTimed = keepsWords || timestamps || attention !== undefined;
  const isLong = sound.seconds !== null && sound.seconds > recordingPieces.most;
  const progress = isLong ? showProgress(sound.seconds, process.stderr) : null;
  // a bar on the same terminal leaves no room for half a line
  const streams = !timestamps && !json && !(progress && process.stdout.isTTY && process.stderr.isTTY);
  const write = (text: string): void => void process.stdout.write(text);
  const words: Word[] = [];
  const texts: string[] = [];
  let isDrawn = attention === undefined;
  let seconds = 0;
  const counted = async function* (): AsyncGenerator<Float32Array, void, void> {
    for await (const samples of sound.samples) {
      seconds += samples.length / sampleRate;
      yield samples;
    }
  };
  for await (const { start, samples } of cutSound(counted(), options.raw ? livePieces : recordingPieces)) {
    const transcript = await transcribe(model, samples, { attention: isTimed, ...(streams && { write }) });
    progress?.update(start + samples.length / sampleRate);
    if (transcript.text === "") continue;
    const timed = isTimed ? wordTimes(transcript, samples, start) : [];
    const lines = timestamps ? timed.map(lineOf).join("") : streams ? "\n" : `${transcript.text}\n`;
    if (!json) (progress ?? { aside: (body: () => void) => body() }).aside(() => write(lines));
    texts.push(transcript.text);
    if (keepsWords) words.push(...timed);
    if (!isDrawn) await save(attention!, attentionPicture(transcript, timed, samples, start));
    isDrawn = true;
  }
  progress?.stop();
  return { text: texts.join(" "), seconds, words };
}

function lineOf({ text, start, end }: Word): string {
  return `[${clock(start)} - ${clock(end)}] ${text}\n`;
}

async function save(path: string, content: string): Promise<void> {
  await saveFile(path, content);
  say(`Wrote ${path}`);
}

/** What is not the text goes to standard error. */
function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
