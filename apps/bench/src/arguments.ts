import { createCommand, fromCaller, InvalidArgumentError, wholeNumber } from "@fovea/command-line";

export interface Arguments {
  /** Fewer repetitions, slow libraries left out, no charts. */
  readonly quick: boolean;
  /** File for the report. */
  readonly json?: string;
  /** Ids of the rows to run; undefined for all. */
  readonly only?: readonly string[];
  /** Threads of the row that has more than one; 1 leaves it out. */
  readonly threads: number;
  /** Another checkout of this repository, set up, beside which every row is timed in place of rivals. */
  readonly against?: string;
}

/** @param argv without node and script */
export function parseArguments(argv: readonly string[], ids: readonly string[]): Arguments {
  return createCommand({
    name: "npm run bench --",
    about: "Times Fovea beside what a user would pick instead, in one run on this machine.",
    more: `Rows: ${ids.join(", ")}\n\nA full run of all rows also writes the table and charts of apps/bench/README.md.\n--browser (with --quick or alone) times a few rows beside onnxruntime-web in a Chromium instead.`,
    examples: ["npm run bench -- --quick", "npm run bench -- --only full-1024,decode-8192 --json report.json"],
  })
    .option("--quick", "three minutes: fewer repetitions, slow libraries left out, no charts", false)
    .option("--json <file>", "save the report as JSON as well", fromCaller)
    .option("--only <ids>", "rows to run, as in full-1024,decode-8192", idList(ids))
    .option("--threads <count>", "threads of the row threads-4096; 1 leaves it out", wholeNumber(1, 64, "count"), 2)
    .option(
      "--against <folder>",
      "time every row beside another checkout of this repository in place of rivals; a row that takes 2 % longer makes it fail",
      fromCaller,
    )
    .parse([...argv], { from: "user" })
    .opts<Arguments>();
}

function idList(ids: readonly string[]): (text: string) => string[] {
  return (text) => {
    const list = text.split(",").map((id) => id.trim());
    const unknown = list.find((id) => !ids.includes(id));
    if (unknown === undefined) return list;
    throw new InvalidArgumentError(`There is no row "${unknown}". Rows: ${ids.join(", ")}.`);
  };
}
