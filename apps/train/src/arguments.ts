import { resolve } from "node:path";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { learnedWays } from "./learned-ways.ts";
import type { Settings } from "./task.ts";
import { taskList } from "./task-list.ts";

export interface Arguments {
  readonly settings: Settings;
  /** Settings that were asked for by name, not by default. */
  readonly asked: readonly (keyof Settings)[];
  readonly out: string;
  readonly resume: boolean;
  readonly restart: boolean;
}

const runs = resolve(import.meta.dirname, "..", "runs");

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const names = Object.keys(taskList);
  const lists = names.map(
    (name) => `  ${name.padEnd(11)} ${taskList[name].about} (${taskList[name].defaults.steps} steps)`,
  );
  const command = new Command()
    .name("npm run train --")
    .description(
      "Trains a small transformer from scratch, shows how it learns, and saves it with its curves and pictures.",
    )
    .addArgument(new Argument("<task>", "what to learn").choices(names))
    .option("-s, --steps <count>", "batches to learn from", wholeNumber("count", 1, 1_000_000))
    .option("-b, --batch <count>", "examples in a batch", wholeNumber("count", 1, 4096))
    .option("--rate <number>", "highest learning rate", rate)
    .option("--seed <number>", "the same seed gives the same weights (default: 1)", wholeNumber("number", 0, 1_000_000))
    .addOption(
      new Option("--learned <way>", "a way of looking to learn as well, per head (default: none)").choices(learnedWays),
    )
    .option("--text <file>", "a text to learn the characters of (default: the beginning of Alice in Wonderland)")
    .option("-o, --out <folder>", "where everything is saved (default: apps/train/runs/<task>)")
    .option("--resume", "go on where Ctrl-C stopped the run in that folder", false)
    .option("--restart", "begin anew, although an unfinished run lies in that folder", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      `\nTasks:\n${lists.join("\n")}\n\nExamples:\n  npm run train -- digits\n  npm run train -- digits --resume\n  npm run train -- characters --text ~/poems.txt --learned span\n`,
    )
    .parse([...argv], { from: "user" });
  const { out, resume, restart, ...given } = command.opts<
    Partial<Settings> & { out?: string; resume: boolean; restart: boolean }
  >();
  const [task] = command.args;
  if (resume && restart) command.error("error: --resume and --restart cannot be used together");
  if (given.text != null && task !== "characters") command.error(`error: --text is for characters, not for ${task}`);
  return {
    settings: {
      task,
      seed: 1,
      learned: "none",
      ...taskList[task].defaults,
      ...given,
      text: given.text == null ? null : fromCaller(given.text),
    },
    asked: Object.keys(given) as (keyof Settings)[],
    out: out === undefined ? resolve(runs, task) : fromCaller(out),
    resume,
    restart,
  };
}

/** `npm run train` runs the app in its own folder and says where it was called from: paths are meant from there. */
function fromCaller(path: string): string {
  return resolve(process.env["FOVEA_CALLED_FROM"] ?? "", path);
}

function wholeNumber(name: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole ${name} from ${least} to ${most}.`);
  };
}

function rate(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("Expected a number above 0, at most 1.");
}
