import { createCommand, fromCaller, Option, pictureFile, wholeNumber } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";
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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  return createCommand({
    name: "npm run graph --",
    usage: "[options]",
    about:
      "Sorts the 2708 papers of Cora into seven fields by their words and by whom they cite: graph attention, its neighbours a mask program.",
    examples: [
      "npm run graph",
      "npm run graph -- --node 610 --attention paper.svg",
      "npm run graph -- --blocks",
      "npm run graph -- --train --seed 7",
    ],
  })
    .option("-n, --node <number>", "what one paper looked at, and how it was read", wholeNumber(0, 2 ** 31 - 1))
    .option(
      "-a, --attention <file>",
      "draw that paper (default: 610) and all it was read from, as an SVG picture",
      pictureFile(".svg"),
    )
    .addOption(
      new Option("--blocks", "draw the blocks of pairs that hold a citation, before and after renumbering")
        .default(false)
        .conflicts(["node", "attention", "train", "json"]),
    )
    .option("-t, --train", "train the network here on 140 papers, instead of reading the paper's own weights", false)
    .option("--seed <number>", "the same seed trains the same network", wholeNumber(0, 1_000_000), 1)
    .option("--epochs <count>", "train so long at most", wholeNumber(1, mostEpochs), mostEpochs)
    .addOption(backendOption("where attention runs"))
    .option("--data <folder>", "folder with ind.cora.* and mod_cora.ckpt.*", fromCaller)
    .option("--json", "print JSON: accuracy, classes, the paper's weights", false)
    .parse([...argv], { from: "user" })
    .opts<Arguments>();
}
