import { join } from "node:path";
import { createCommand, fromCaller, Option, pictureFile, wholeNumber } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";
import { highestRate, lowestRate, type SampleFormat } from "@fovea/sound";

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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run listen --",
    usage: "[file] [options]",
    about: "Writes what is said in a recording, as it is decoded, and shows which moment of sound each word came from.",
    examples: [
      "npm run listen",
      "npm run listen -- talk.wav --timestamps --srt talk.srt",
      "npm run listen -- talk.wav --attention talk.svg",
      "arecord -q -f S16_LE -r 16000 -t raw | npm run listen -- - --format s16le --rate 16000",
      "ffmpeg -i film.mp4 -f wav - | npm run listen -- -",
    ],
  })
    .argument(
      "[file]",
      "WAV file of up to 192 kHz and 64 channels, or - for standard input (default: a sentence that comes along)",
    )
    .option("-t, --timestamps", "when each word was said", false)
    .option("--srt <file>", "write SubRip captions", fromCaller)
    .option("--vtt <file>", "write WebVTT captions", fromCaller)
    .option(
      "-a, --attention <file>",
      "draw where in the sound each word looked, as an SVG picture",
      pictureFile(".svg"),
    )
    .option("--json", "print JSON: text, and words with their times", false)
    .addOption(
      new Option("--format <name>", "raw samples on standard input: how they are written").choices(
        Object.keys(rawFormats),
      ),
    )
    .option("--rate <count>", "raw samples: how many a second (default: 16000)", wholeNumber(lowestRate, highestRate))
    .option("--channels <count>", "raw samples: channels side by side (default: 1)", wholeNumber(1, 64))
    .addOption(backendOption())
    .option(
      "--model <folder>",
      "folder with encoder_model.onnx and decoder_model_merged.onnx of Moonshine tiny",
      fromCaller,
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
  };
}
