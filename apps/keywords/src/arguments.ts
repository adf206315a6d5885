import { fromCaller } from "@fovea/listen/src/arguments.ts";
import { backends } from "@fovea/listen/src/backends.ts";
import { Command, InvalidArgumentError, Option } from "commander";

export interface Arguments {
  readonly files: readonly string[];
  /** File for the picture of where in the sound the model looked. */
  readonly attention?: string;
  /** Least probability of a word in a sound of more than a second. */
  readonly threshold: number;
  readonly weights?: string;
  readonly backend: string;
  readonly json: boolean;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run keywords --")
    .usage("[files] [options]")
    .description(
      "Hears yes, no, up, down, left, right, on, off, stop and go, and shows which moments of sound it looked at.",
    )
    .argument("[files...]", "WAV files of up to 192 kHz and 64 channels (default: three recordings)")
    .option("-a, --attention <file>", "draw where in the sound the model looked, as .svg or .png", svgOrPng)
    .option("-t, --threshold <share>", "in sounds of more than a second: least probability of a word", share, 0.5)
    .option("-w, --weights <folder>", "folder with kwt1.tflite and labels.txt")
    .addOption(new Option("--backend <name>", "where the model runs").choices(Object.keys(backends)).default("wasm"))
    .option("--json", "print JSON: words, probabilities, attention", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run keywords\n  npm run keywords -- yes.wav no.wav\n  npm run keywords -- talk.wav --threshold 0.7 --attention talk.svg\n",
    )
    .parse([...argv], { from: "user" });
  const { attention, weights, ...options } = command.opts<Omit<Arguments, "files">>();
  return {
    ...options,
    files: command.args,
    ...(attention !== undefined && { attention: fromCaller(attention) }),
    ...(weights !== undefined && { weights: fromCaller(weights) }),
  };
}

function svgOrPng(path: string): string {
  if (/\.(svg|png)$/i.test(path)) return path;
  throw new InvalidArgumentError("Expected a file whose name ends in .svg or .png.");
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Expected a number from 0 to 1.");
}
