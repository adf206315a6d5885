import { join, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { backends } from "./backends.ts";
import { highestRate, lowestRate, type SampleFormat } from "./sample-format.ts";

export interface Arguments {
  /** A WAV file, or `-` for standard input. */
  readonly file: string;
  /** How raw samples on standard input are written; null: it is a WAV file. */
  readonly raw: SampleFormat | null;
  readonly timestamps: boolean;
  readonly json: boolean;
  /** Files to write. */
  readonly srt?: string;
  readonly vtt?: string;
  readonly attention?: string;
  readonly backend: string;
  readonly model?: string;
}

/** A sentence that comes with the app. */
export const sample: string = join(import.meta.dirname, "../sound/sample.wav");

const rawFormats = {
  s16le: { encoding: "integer", bits: 16 },
  f32le: { encoding: "float", bits: 32 },
} as const;

interface RawOptions {
  readonly format?: keyof typeof rawFormats;
  readonly rate?: number;
  readonly channels?: number;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run listen --")
    .usage("[file] [options]")
    .description(
      "Writes what is said in a recording, as it is decoded, and shows which moment of sound each word came from.",
    )
    .argument(
      "[file]",
      "WAV file of up to 192 kHz and 64 channels, or - for standard input (default: a sentence that comes along)",
    )
    .option("-t, --timestamps", "when each word was said", false)
    .option("--srt <file>", "write SubRip captions")
    .option("--vtt <file>", "write WebVTT captions")
    .option("-a, --attention <file>", "draw where in the sound each word looked, as an SVG picture")
    .option("--json", "print JSON: text, and words with their times", false)
    .addOption(
      new Option("--format <name>", "raw samples on standard input: how they are written").choices(
        Object.keys(rawFormats),
      ),
    )
    .option("--rate <count>", "raw samples: how many a second (default: 16000)", wholeNumber(lowestRate, highestRate))
    .option("--channels <count>", "raw samples: channels side by side (default: 1)", wholeNumber(1, 64))
    .addOption(new Option("--backend <name>", "where the model runs").choices(Object.keys(backends)).default("wasm"))
    .option("--model <folder>", "folder with encoder_model.onnx and decoder_model_merged.onnx of Moonshine tiny")
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run listen\n  npm run listen -- talk.wav --timestamps --srt talk.srt\n  npm run listen -- talk.wav --attention talk.svg\n" +
        "  arecord -q -f S16_LE -r 16000 -t raw | npm run listen -- - --format s16le --rate 16000\n  ffmpeg -i film.mp4 -f wav - | npm run listen -- -\n",
    )
    .parse([...argv], { from: "user" });
  const { format, rate, channels, ...options } = command.opts<Omit<Arguments, "file" | "raw"> & RawOptions>();
  const [file] = command.args;
  const isRaw = format !== undefined || rate !== undefined || channels !== undefined;
  if (isRaw && file !== "-")
    command.error("error: --format, --rate and --channels describe raw samples on standard input: name it as -.");
  return {
    ...options,
    file: file === undefined ? sample : file === "-" ? "-" : fromCaller(file),
    raw: isRaw ? { ...rawFormats[format ?? "s16le"], rate: rate ?? 16_000, channels: channels ?? 1 } : null,
    ...(options.srt !== undefined && { srt: fromCaller(options.srt) }),
    ...(options.vtt !== undefined && { vtt: fromCaller(options.vtt) }),
    ...(options.attention !== undefined && { attention: fromCaller(options.attention) }),
    ...(options.model !== undefined && { model: fromCaller(options.model) }),
  };
}

/** `npm run listen` runs the app in its own folder and says where it was called from: paths are meant from there. */
export function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}
