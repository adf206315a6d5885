// Finds the ```ts blocks of a document and what they promise to print, so that documents are run like tests.
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";

export interface Example {
  /** 1-based line of the opening fence. */
  readonly line: number;
  readonly code: string;
  /** Lines that the example says it prints: what follows `// →`, and the comment lines below it that are indented as far. */
  readonly prints: readonly string[];
}

/** Every block fenced as `ts`, in order. Blocks fenced as `ts no-run` show something that cannot stand alone. */
export function findExamples(markdown: string): Example[] {
  const examples: Example[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index++) {
    if (lines[index].trim() !== "```ts") continue;
    const line = index + 1;
    const code: string[] = [];
    for (index++; index < lines.length && lines[index].trim() !== "```"; index++) code.push(lines[index]);
    examples.push({ line, code: code.join("\n"), prints: promisedLines(code) });
  }
  return examples;
}

/** A program of `examples/`: the whole file.
 *  @param source its text */
export function programExample(source: string): Example {
  return { line: 1, code: source, prints: promisedLines(source.split("\n")) };
}

function promisedLines(code: readonly string[]): string[] {
  const prints: string[] = [];
  let open = false;
  for (const line of code) {
    const first = /\/\/ → ?(.*)$/.exec(line);
    const next = /^\s*\/\/ {3}(.*)$/.exec(line);
    if (first) prints.push(first[1].trimEnd());
    else if (open && next) prints.push(next[1].trimEnd());
    open = first !== null || (open && next !== null);
  }
  return prints;
}

/** Runs an example as a module of its own inside `folder`, whose node_modules its imports are found in.
 *  @param node the Node that runs it, types stripped before, so that it may be one that knows no TypeScript
 *  @returns the lines it printed
 *  @throws with the example's standard error when it fails */
export async function runExample(example: Example, folder: string, node: string = process.execPath): Promise<string[]> {
  const cache = join(folder, ".cache", "examples");
  await mkdir(cache, { recursive: true });
  const file = join(cache, `example-${example.line}-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(file, stripTypeScriptTypes(example.code));
  try {
    return await new Promise((resolve, reject) => {
      execFile(node, [file], { env: { ...process.env, NO_COLOR: "1" } }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr || error.message));
        else
          resolve(
            stdout
              .trimEnd()
              .split("\n")
              .map((line) => line.trimEnd()),
          );
      });
    });
  } finally {
    await rm(file, { force: true });
  }
}
