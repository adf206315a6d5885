import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { backends } from "./backends.ts";

export interface Arguments {
  readonly names: readonly string[];
  /** File for the picture of the first name's cross-attention. */
  readonly attention?: string;
  readonly map: boolean;
  readonly beams: number;
  readonly evaluate: boolean;
  readonly backend: string;
  readonly model?: string;
  readonly json: boolean;
}

const examples = ["مارتن", "سارة", "فيكتوريا"];

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run names --")
    .usage("[names] [options]")
    .description("Writes Arabic names in Latin letters, and shows which letter each one came from.")
    .argument("[names...]", "names in Arabic letters (default: three examples)")
    .option("-a, --attention <file>", "draw where each letter of the first name came from, as an SVG picture")
    .option("--no-map", "no heat map in the terminal")
    .option("-b, --beams <count>", "sequences followed side by side", beamCount, 1)
    .option("-e, --evaluate", "character error rate on 150 names the model has not seen", false)
    .addOption(
      new Option("--backend <name>", "where the model runs: at width 32 plain loops are the quickest")
        .choices(Object.keys(backends))
        .default("reference"),
    )
    .option("--model <folder>", "folder with model.bin and its two vocabularies")
    .option("--json", "print JSON: names, letters, weights", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run names -- مارتن\n  npm run names -- سارة --attention sara.svg\n  npm run names -- --evaluate\n",
    )
    .parse([...argv], { from: "user" });
  const options = command.opts<Omit<Arguments, "names">>();
  return {
    ...options,
    names: command.args.length > 0 ? command.args : examples,
    ...(options.attention !== undefined && { attention: fromCaller(options.attention) }),
    ...(options.model !== undefined && { model: fromCaller(options.model) }),
  };
}

/** `npm run names` runs the app in its own folder and says where it was called from: paths are meant from there. */
function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

function beamCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError("Expected a whole count from 1 to 64.");
}
