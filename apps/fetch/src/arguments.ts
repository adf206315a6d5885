import { Argument, createCommand } from "@fovea/command-line";
import { dataSets } from "./data-sets.ts";

export interface Arguments {
  readonly names: readonly string[];
  readonly list: boolean;
}

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run fetch --",
    usage: "[names] [options]",
    about:
      "Fetches weights and data that npm does not have into data/, or the folder that FOVEA_DATA names, and checks each file.",
    examples: ["npm run fetch -- --list", "npm run fetch -- stories260k", "npm run fetch -- kwt1 audio"],
  })
    .addArgument(new Argument("[names...]", "what to fetch").choices(Object.keys(dataSets)))
    .option("-l, --list", "what there is, with sizes and licences (without names as well)", false)
    .parse([...argv], { from: "user" });
  const { list } = command.opts<{ list: boolean }>();
  return { names: command.args, list: list || command.args.length === 0 };
}
