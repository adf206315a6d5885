import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { backends } from "./backends.ts";
import { heads, layers } from "./encoder.ts";

export interface Arguments {
  /** null when none was given. */
  readonly question: string | null;
  readonly top: number;
  /** File or folder; undefined for the passages that come with the app. */
  readonly corpus?: string;
  readonly layer: number;
  /** Heads to average over. */
  readonly heads: readonly number[];
  readonly attention: boolean;
  /** Folder for saved vectors, or false for none; true for the default folder. */
  readonly cache: string | boolean;
  readonly model?: string;
  readonly backend: string;
  readonly json: boolean;
}

/** @param argv without node and script
 *  @throws never: commander prints what is wrong and exits with 1, or prints the help and exits with 0 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = new Command()
    .name("npm start --")
    .usage('["question"] [options]')
    .description(
      "Finds the passages that answer a question, by meaning, and shows which words of the question attended to which.",
    )
    .argument("[question...]", "what you want to know; without it standard input is read, or you are asked")
    .option("-n, --top <count>", "passages to show", wholeNumber("count", 1, 1000), 3)
    .option("-c, --corpus <path>", "a text or markdown file, or a folder of them (default: passages about attention)")
    .option(
      "-l, --layer <index>",
      `layer of the heat map, 0 to ${layers - 1}`,
      wholeNumber("layer", 0, layers - 1),
      layers - 1,
    )
    .option("--heads <list>", `heads of the heat map, as in 0,2 (default: the average of all ${heads})`, headList)
    .option("--no-attention", "no heat map")
    .option("--cache <folder>", "where vectors are saved (default: node_modules/.cache/fovea-search)")
    .option("--no-cache", "neither read nor save vectors")
    .option("--model <folder>", "folder with model.json, its weights and vocab.json (default: the installed model)")
    .addOption(new Option("--backend <name>", "where the encoder runs").choices(Object.keys(backends)).default("wasm"))
    .option("--json", "print the answer as JSON", false)
    .helpOption("-h, --help", "show this help")
    .addHelpText(
      "after",
      '\nExamples:\n  npm start -- "How do I hide the future?"\n  npm start -- "What is a sink?" --top 5 --heads 2\n  npm start -- --corpus ~/notes\n  npm start < question.txt\n',
    )
    .parse([...argv], { from: "user" });
  const allHeads = Array.from({ length: heads }, (_, head) => head);
  const options = command.opts<Omit<Arguments, "question" | "heads"> & { heads?: number[] }>();
  return {
    ...options,
    ...(options.corpus !== undefined && { corpus: fromCaller(options.corpus) }),
    ...(options.model !== undefined && { model: fromCaller(options.model) }),
    cache: typeof options.cache === "string" ? fromCaller(options.cache) : options.cache,
    heads: options.heads ?? allHeads,
    question: command.args.length === 0 ? null : command.args.join(" ").trim(),
  };
}

/** `npm start` runs the app in its own folder and says where it was called from: paths are meant from there. */
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

function headList(text: string): number[] {
  const list = text.split(",").map((part) => part.trim());
  const good = list.every((part) => /^\d+$/.test(part) && Number(part) < heads);
  if (!good) throw new InvalidArgumentError(`Expected heads from 0 to ${heads - 1} with commas between, as in 0,2.`);
  return [...new Set(list.map(Number))].sort((a, b) => a - b);
}
