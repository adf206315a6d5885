import { join } from "node:path";
import { readText, UserError } from "@fovea/command-line";

/** What the model can answer. */
export interface Label {
  readonly name: string;
  /** Whether it is a word, and not silence or another word than those it knows. */
  readonly isWord: boolean;
}

/** Labels beside the model's file, one a line; what is no word stands between underscores.
 *  @throws {UserError} when they cannot be read, or are not as many as the model's answers */
export async function readLabels(folder: string, count: number): Promise<Label[]> {
  const path = join(folder, "labels.txt");
  const remedy = "Put the model's labels there, one a line.";
  const text = await readText(path, { mostBytes: 2 ** 20, remedy });
  const lines = text.split("\n").map((line) => line.trim());
  const written = lines.filter((line) => line !== "");
  if (written.length !== count) {
    throw new UserError(`${path} is another model's: expected ${count} labels, one a line, got ${written.length}.`);
  }
  return written.map(labelOf);
}

function labelOf(line: string): Label {
  const [, inner] = /^_(.*)_$/.exec(line) ?? [];
  if (inner === undefined) return { name: line, isWord: true };
  return { name: inner === "unknown" ? "another word" : inner, isWord: false };
}
