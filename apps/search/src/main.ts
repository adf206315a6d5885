import { createInterface } from "node:readline";
import { interrupted, isPiped, printable, runApp, say, terminalWidth, UserError } from "@fovea/command-line";
import { answer } from "./answer.ts";
import type { Library } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { wantsColor } from "./color.ts";
import { openLibrary } from "./library.ts";
import { readPipedQuestion } from "./piped-question.ts";
import { defaultQuestion, readQuestion } from "./question.ts";
import { answerAsJson, showAnswer } from "./show-answer.ts";

await runApp(() => main(parseArguments(process.argv.slice(2))));

async function main(options: Arguments): Promise<number> {
  const asks = options.question === null && process.stdin.isTTY && process.stdout.isTTY;
  const question = options.question ?? (asks ? null : await pipedQuestion()) ?? defaultQuestion;
  const library = await openLibrary(options, ({ tokenize }) => {
    if (!asks) readQuestion(question, tokenize);
  });
  if (library === null) return interrupted;
  if (asks) await askAndAnswer(library, options);
  else show(question, library, options);
  return 0;
}

/** What a pipe or a file on standard input asks; null when there is none. */
async function pipedQuestion(): Promise<string | null> {
  if (!isPiped(process.stdin.fd)) return null;
  const question = await readPipedQuestion(process.stdin);
  if (question === null) say("Nothing came. Here is a question to begin with.");
  return question;
}

/** Answers until there is an empty line, Ctrl-D or Ctrl-C. */
async function askAndAnswer(library: Library, options: Arguments): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, prompt: "Ask: " });
  lines.prompt();
  for await (const line of lines) {
    if (line.trim() === "") return lines.close();
    try {
      show(line.trim(), library, options);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      process.stdout.write(`${printable(error.message)}\n\n`);
    }
    lines.prompt();
  }
  // Ctrl-D leaves the cursor behind the prompt
  process.stdout.write("\n");
}

function show(question: string, library: Library, options: Arguments): void {
  const found = answer(question, library, options);
  const width = Math.min(Math.max(terminalWidth(), 40), 100);
  const color = wantsColor(process.stdout.isTTY === true, process.env);
  process.stdout.write(options.json ? answerAsJson(found) : `\n${showAnswer(found, { width, color })}\n`);
}
