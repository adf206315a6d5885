import { createCommand, fromCaller, pictureFile, wholeNumber } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";

export interface Arguments {
  /** Empty when none was given. */
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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run names --",
    usage: "[names] [options]",
    about: "Writes Arabic names in Latin letters, and shows which letter each one came from.",
    examples: [
      "npm run names -- مارتن",
      "npm run names -- سارة --attention sara.svg",
      "echo فيكتوريا | npm run names",
      "npm run names -- --evaluate",
    ],
  })
    .argument(
      "[names...]",
      "names in Arabic letters (default: those on standard input, a line each, or three examples)",
    )
    .option(
      "-a, --attention <file>",
      "draw where each letter of the first name came from, as an SVG picture",
      pictureFile(".svg"),
    )
    .option("--no-map", "no heat map in the terminal")
    .option("-b, --beams <count>", "sequences followed side by side", wholeNumber(1, 64, "count"), 1)
    .option("-e, --evaluate", "character error rate on 150 names the model has not seen", false)
    .addOption(backendOption("where the model runs: at width 32 plain loops are the quickest", "reference"))
    .option("--model <folder>", "folder with model.bin and its two vocabularies", fromCaller)
    .option("--json", "print JSON: names, letters, weights", false)
    .parse([...argv], { from: "user" });
  return { ...command.opts<Omit<Arguments, "names">>(), names: command.args };
}
