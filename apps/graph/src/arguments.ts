import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { backends } from "./backends.ts";
import { mostEpochs } from "./train.ts";

export interface Arguments {
  /** Number of the paper to look at, as the data counts. */
  readonly node?: number;
  /** File for the picture of what that paper looked at. */
  readonly attention?: string;
  /** Whether to show the blocks of the mask instead. */
  readonly blocks: boolean;
  readonly train: boolean;
  readonly seed: number;
  readonly epochs: number;
  readonly backend: string;
  readonly data?: string;
  readonly json: boolean;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run graph --")
    .usage("[options]")
    .description(
      "Sorts the 2708 papers of Cora into seven fields by their words and by whom they cite: graph attention, its neighbours a mask program.",
    )
    .option("-n, --node <number>", "what one paper looked at, and how it was read", wholeNumber(0, 2 ** 31 - 1))
    .option("-a, --attention <file>", "draw that paper (default: 610) and all it was read from, as an SVG picture")
    .addOption(
      new Option("--blocks", "draw the blocks of pairs that hold a citation, before and after renumbering")
        .default(false)
        .conflicts(["node", "attention", "train", "json"]),
    )
    .option("-t, --train", "train the network here on 140 papers, instead of reading the paper's own weights", false)
    .option("--seed <number>", "the same seed trains the same network", wholeNumber(0, 1_000_000), 1)
    .option("--epochs <count>", "train so long at most", wholeNumber(1, mostEpochs), mostEpochs)
    .addOption(new Option("--backend <name>", "where attention runs").choices(Object.keys(backends)).default("wasm"))
    .option("--data <folder>", "folder with ind.cora.* and mod_cora.ckpt.*")
    .option("--json", "print JSON: accuracy, classes, the paper's weights", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      "\nExamples:\n  npm run graph\n  npm run graph -- --node 610 --attention paper.svg\n  npm run graph -- --blocks\n  npm run graph -- --train --seed 7\n",
    )
    .parse([...argv], { from: "user" });
  const options = command.opts<Arguments>();
  return {
    ...options,
    ...(options.attention !== undefined && { attention: fromCaller(options.attention) }),
    ...(options.data !== undefined && { data: fromCaller(options.data) }),
  };
}

/** `npm run graph` runs the app in its own folder and says where it was called from: paths are meant from there. */
function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };
}
