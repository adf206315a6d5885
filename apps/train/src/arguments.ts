import { resolve } from "node:path";
import { Argument, createCommand, fromCaller, numberBetween, Option, wholeNumber } from "@fovea/command-line";
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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const names = Object.keys(taskList);
  const lists = names.map(
    (name) => `  ${name.padEnd(11)} ${taskList[name].about} (${taskList[name].defaults.steps} steps)`,
  );
  const command = createCommand({
    name: "npm run train --",
    about: "Trains a small transformer from scratch, shows how it learns, and saves it with its curves and pictures.",
    more: `Tasks:\n${lists.join("\n")}`,
    examples: [
      "npm run train -- digits",
      "npm run train -- digits --resume",
      "npm run train -- characters --text ~/poems.txt --learned span",
    ],
  })
    .addArgument(new Argument("<task>", "what to learn").choices(names))
    .option("-s, --steps <count>", "batches to learn from", wholeNumber(1, 1_000_000, "count"))
    .option("-b, --batch <count>", "examples in a batch", wholeNumber(1, 4096, "count"))
    .option("--rate <number>", "highest learning rate", numberBetween(0, 1, { above: true }))
    .option("--seed <number>", "the same seed gives the same weights (default: 1)", wholeNumber(0, 1_000_000))
    .addOption(
      new Option("--learned <way>", "a way of looking to learn as well, per head (default: none)").choices(learnedWays),
    )
    .option(
      "--text <file>",
      "a text to learn the characters of (default: the beginning of Alice in Wonderland)",
      fromCaller,
    )
    .option("-o, --out <folder>", "where everything is saved (default: apps/train/runs/<task>)", fromCaller)
    .option("--resume", "go on where Ctrl-C stopped the run in that folder", false)
    .option("--restart", "begin anew, although an unfinished run lies in that folder", false)
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
      text: given.text ?? null,
    },
    asked: Object.keys(given) as (keyof Settings)[],
    out: out ?? resolve(runs, task),
    resume,
    restart,
  };
}
