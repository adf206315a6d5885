import { createCommand, fromCaller, numberBetween, Option, wholeNumber } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";
import { modes } from "./modes.ts";

export interface Arguments {
  /** null when none was given. */
  readonly prompt: string | null;
  readonly steps: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly mode: string;
  readonly window: number;
  readonly sinks: number;
  readonly forever: boolean;
  readonly backend: string;
  readonly model?: string;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm run stories --",
    usage: "[prompt] [options]",
    about: "Writes a story token by token, with any way of attending, and says how fast.",
    examples: [
      "npm run stories",
      'npm run stories -- "The little dragon" --temperature 0.8 --seed 7',
      'echo "The little dragon" | npm run stories',
      "npm run stories -- --mode window --window 8",
      "npm run stories -- --forever --temperature 0.9",
    ],
  })
    .argument("[prompt...]", "how the story begins (default: what standard input holds, or the model's own beginning)")
    .option("-s, --steps <count>", "tokens at most; beyond 512 the cache keeps a window", wholeNumber(1, 1e12), 256)
    .option("-f, --forever", "story after story, in flat memory, until Ctrl-C", false)
    .option(
      "-t, --temperature <number>",
      "0 takes the likeliest token, 1 draws as the model says",
      numberBetween(0, 100),
      0,
    )
    .option("--top-k <count>", "draw among this many of the likeliest", wholeNumber(1, 1e6))
    .option("--top-p <share>", "draw among the likeliest that reach this share", numberBetween(0.000001, 1))
    .option("--seed <number>", "where drawing starts", wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .addOption(new Option("-m, --mode <name>", "how the model looks back").choices(Object.keys(modes)).default("full"))
    .option("--window <count>", "tokens that windows look back", wholeNumber(0, 1e6), 32)
    .option("--sinks <count>", "first tokens that stay in sight", wholeNumber(1, 1e6), 4)
    .addOption(backendOption())
    .option("--model <folder>", "folder with stories260K.bin and tok512.bin", fromCaller)
    .parse([...argv], { from: "user" });
  const options = command.opts<Omit<Arguments, "prompt">>();
  return { ...options, prompt: command.args.length === 0 ? null : command.args.join(" ").trim() };
}
