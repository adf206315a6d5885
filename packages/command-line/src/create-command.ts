import { Command } from "commander";
import { printable } from "./printable.ts";

export interface CommandOptions {
  /** What one types before the arguments, e.g. `npm run names --`. */
  readonly name: string;
  /** What comes after it; default what commander makes of the options. */
  readonly usage?: string;
  readonly about: string;
  readonly examples: readonly string[];
  /** Paragraphs before the examples. */
  readonly more?: string;
}

/** A command with `--help`, to which an app adds its options. Commander says what is wrong with arguments and exits with 1, or prints the help and exits
 *  with 0; what it repeats of the arguments cannot act on the terminal. */
export function createCommand({ name, usage, about, examples, more = "" }: CommandOptions): Command {
  const command = new Command()
    .name(name)
    .description(about)
    .helpOption("-h, --help", "show this help")
    .configureOutput({ outputError: (text, write) => write(printable(text, "\n")) })
    .addHelpText(
      "after",
      `\n${more === "" ? "" : `${more}\n\n`}Examples:\n${examples.map((example) => `  ${example}\n`).join("")}`,
    );
  return usage === undefined ? command : command.usage(usage);
}
