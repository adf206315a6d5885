import { printable, showProgress, type Progress } from "@fovea/command-line";
import { backends } from "@fovea/command-line/backends";
import { clock, sampleRate, type Sound } from "@fovea/sound";
import type { Arguments } from "./arguments.ts";
import { attentionPicture } from "./attention-picture.ts";
import { cutSound, livePieces, recordingPieces } from "./cut-sound.ts";
import { modelFolder } from "./model-files.ts";
import { openMoonshine, type Moonshine } from "./moonshine.ts";
import { transcribe } from "./transcribe.ts";
import { wordTimes, type Word } from "./word-times.ts";

export interface Heard {
  readonly text: string;
  readonly seconds: number;
  /** Kept where captions or JSON ask for them, else empty. */
  readonly words: readonly Word[];
  /** Of the first piece in which somebody speaks; null where it was not asked for, or nobody does. */
  readonly picture: string | null;
  /** Seconds of work, loading the model not counted. */
  readonly took: number;
}

/** Writes down a sound piece by piece, in the memory of one piece: what is kept is words.
 *  @throws {UserError} when the model's files cannot be read */
export async function listen(sound: Sound, options: Arguments): Promise<Heard> {
  const backend = backends[options.backend]();
  try {
    const model = await openMoonshine(options.model ?? modelFolder(), backend);
    const started = performance.now();
    const heard = await writeDown(model, sound, options);
    return { ...heard, took: (performance.now() - started) / 1000 };
  } finally {
    backend.dispose();
  }
}

async function writeDown(model: Moonshine, sound: Sound, options: Arguments): Promise<Omit<Heard, "took">> {
  const { timestamps, json, srt, vtt, raw } = options;
  const isDrawn = options.attention !== undefined;
  const keepsWords = json || srt !== undefined || vtt !== undefined;
  const isTimed = keepsWords || timestamps || isDrawn;
  const length = sound.seconds !== null && sound.seconds > recordingPieces.most ? sound.seconds : null;
  const progress = length === null ? null : barOf(length);
  // a bar on the same terminal leaves no room for half a line
  const streams = !timestamps && !json && !(progress?.isShown && process.stdout.isTTY);

  let [seconds, text] = [0, ""];
  let picture: string | null = null;
  const words: Word[] = [];
  const counted = async function* (): AsyncGenerator<Float32Array, void, void> {
    for await (const samples of sound.samples) {
      seconds += samples.length / sampleRate;
      yield samples;
    }
  };
  for await (const { start, samples } of cutSound(counted(), raw ? livePieces : recordingPieces)) {
    const transcript = await transcribe(model, samples, { attention: isTimed, ...(streams && { write }) });
    progress?.update(start + samples.length / sampleRate);
    if (transcript.text === "") continue;
    const timed = isTimed ? wordTimes(transcript, samples, start) : [];
    const aside = progress?.aside ?? ((print: () => void) => print());
    if (timestamps) aside(() => write(timed.map(lineOf).join("")));
    else if (!json) aside(() => write(streams ? "\n" : `${transcript.text}\n`));
    text = text === "" ? transcript.text : `${text} ${transcript.text}`;
    if (keepsWords) words.push(...timed);
    if (isDrawn) picture ??= attentionPicture(transcript, timed, samples, start);
  }
  progress?.stop();
  return { text, seconds, words, picture };
}

const time = (seconds: number): string => clock(seconds, { digits: 0 });

/** @param total seconds of the recording */
function barOf(total: number): Progress {
  return showProgress({
    total,
    label: "Listening",
    describe: (value, secondsLeft) =>
      `${time(value)} of ${time(total)}${Number.isFinite(secondsLeft) ? `, ${time(secondsLeft)} left` : ""}`,
  });
}

function write(text: string): void {
  process.stdout.write(printable(text, "\n"));
}

function lineOf({ text, start, end }: Word): string {
  return `[${clock(start)} - ${clock(end)}] ${text}\n`;
}
