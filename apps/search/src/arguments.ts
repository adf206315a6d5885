import { createCommand, fromCaller, InvalidArgumentError, wholeNumber } from "@fovea/command-line";
import { backendOption } from "@fovea/command-line/backends";
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

/** @param argv without node and script */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = createCommand({
    name: "npm start --",
    usage: '["question"] [options]',
    about:
      "Finds the passages that answer a question, by meaning, and shows which words of the question attended to which.",
    examples: [
      'npm start -- "How do I hide the future?"',
      'npm start -- "What is a sink?" --top 5 --heads 2',
      "npm start -- --corpus ~/notes",
      "npm start < question.txt",
    ],
  })
    .argument("[question...]", "what you want to know; without it standard input is read, or you are asked")
    .option("-n, --top <count>", "passages to show", wholeNumber(1, 1000, "count"), 3)
    .option(
      "-c, --corpus <path>",
      "a text or markdown file, or a folder of them (default: passages about attention)",
      fromCaller,
    )
    .option(
      "-l, --layer <index>",
      `layer of the heat map, 0 to ${layers - 1}`,
      wholeNumber(0, layers - 1, "layer"),
      layers - 1,
    )
    .option("--heads <list>", `heads of the heat map, as in 0,2 (default: the average of all ${heads})`, headList)
    .option("--no-attention", "no heat map")
    .option("--cache <folder>", "where vectors are saved (default: node_modules/.cache/fovea-search)", fromCaller)
    .option("--no-cache", "neither read nor save vectors")
    .option(
      "--model <folder>",
      "folder with model.json, its weights and vocab.json (default: the installed model)",
      fromCaller,
    )
    .addOption(backendOption("where the encoder runs"))
    .option("--json", "print the answer as JSON", false)
    .parse([...argv], { from: "user" });
  const allHeads = Array.from({ length: heads }, (_, head) => head);
  const options = command.opts<Omit<Arguments, "question" | "heads"> & { heads?: number[] }>();
  return {
    ...options,
    heads: options.heads ?? allHeads,
    question: command.args.length === 0 ? null : command.args.join(" ").trim(),
  };
}

function headList(text: string): number[] {
  const list = text.split(",").map((part) => part.trim());
  const good = list.every((part) => /^\d+$/.test(part) && Number(part) < heads);
  if (!good) throw new InvalidArgumentError(`Expected heads from 0 to ${heads - 1} with commas between, as in 0,2.`);
  return [...new Set(list.map(Number))].sort((a, b) => a - b);
}
