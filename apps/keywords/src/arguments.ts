import { createCommand, fromCaller, numberBetween, pictureFile } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";

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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run keywords --",
    usage: "[files] [options]",
    about: "Hears yes, no, up, down, left, right, on, off, stop and go, and shows which moments of sound it looked at.",
    examples: [
      "npm run keywords",
      "npm run keywords -- yes.wav no.wav",
      "npm run keywords -- talk.wav --threshold 0.7 --attention talk.svg",
    ],
  })
    .argument("[files...]", "WAV files of up to 192 kHz and 64 channels (default: three recordings)")
    .option(
      "-a, --attention <file>",
      "draw where in the sound the model looked, as .svg or .png",
      pictureFile(".svg", ".png"),
    )
    .option(
      "-t, --threshold <share>",
      "in sounds of more than a second: least probability of a word",
      numberBetween(0, 1),
      0.5,
    )
    .option("-w, --weights <folder>", "folder with kwt1.tflite and labels.txt", fromCaller)
    .addOption(backendOption())
    .option("--json", "print JSON: words, probabilities, attention", false)
    .parse([...argv], { from: "user" });
  return { ...command.opts<Omit<Arguments, "files">>(), files: command.args };
}
