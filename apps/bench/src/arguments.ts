import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";

export interface Arguments {
  /** Fewer repetitions, slow libraries left out, no charts. */
  readonly quick: boolean;
  /** File for the report. */
  readonly json?: string;
  /** Ids of the rows to run; undefined for all. */
  readonly only?: readonly string[];
  /** Threads of the row that has more than one; 1 leaves it out. */
  readonly threads: number;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[], ids: readonly string[]): Arguments {
  const command = new Command()
    .name("npm run bench --")
    .description("Times Fovea beside what a user would pick instead, in one run on this machine.")
    .option("--quick", "three minutes: fewer repetitions, slow libraries left out, no charts", false)
    .option("--json <file>", "save the report as JSON as well")
    .option("--only <ids>", "rows to run, as in full-1024,decode-8192", idList(ids))
    .option("--threads <count>", "threads of the row threads-4096; 1 leaves it out", threadCount, 2)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      `\nRows: ${ids.join(", ")}\n\nA full run of all rows also writes the table and charts of apps/bench/README.md.\n`,
    )
    .parse([...argv], { from: "user" });
  const options = command.opts<Arguments>();
  return {
    ...options,
    // `npm run bench` runs in the app's folder and says where it was called from: paths are meant from there
    ...(options.json !== undefined && { json: resolve(process.env["FOVEA_CALLED_FROM"] ?? "", options.json) }),
  };
}

function idList(ids: readonly string[]): (text: string) => string[] {
  return (text) => {
    const list = text.split(",").map((id) => id.trim());
    const unknown = list.find((id) => !ids.includes(id));
    if (unknown === undefined) return list;
    throw new InvalidArgumentError(`There is no row "${unknown}". Rows: ${ids.join(", ")}.`);
  };
}

function threadCount(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 64) return value;
  throw new InvalidArgumentError("Expected a whole count from 1 to 64.");
}
