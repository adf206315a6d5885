import { createInterface } from "node:readline";
import { answer } from "./answer.ts";
import type { Library } from "./answer.ts";
import { parseArguments } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { wantsColor } from "./color.ts";
import { openLibrary } from "./library.ts";
import { isPiped, readPipedQuestion } from "./piped-question.ts";
import { defaultQuestion, readQuestion } from "./question.ts";
import { SearchError } from "./search-error.ts";
import { answerAsJson, showAnswer } from "./show-answer.ts";

const interrupted = 130;

// `npm start | head` closes the pipe early, which is no mistake
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

try {
  process.exitCode = await main(parseArguments(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof SearchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

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
  process.stderr.write("Reading the question from standard input…\n");
  const question = await readPipedQuestion(process.stdin);
  if (question === null) process.stderr.write("Nothing came. Here is a question to begin with.\n");
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
      if (!(error instanceof SearchError)) throw error;
      process.stdout.write(`${error.message}\n\n`);
    }
    lines.prompt();
  }
  // Ctrl-D leaves the cursor behind the prompt
  process.stdout.write("\n");
}

function show(question: string, library: Library, options: Arguments): void {
  const found = answer(question, library, options);
  const width = Math.min(Math.max(process.stdout.columns ?? (Number(process.env["COLUMNS"]) || 80), 40), 100);
  const color = wantsColor(process.stdout.isTTY === true, process.env);
  process.stdout.write(options.json ? answerAsJson(found) : `\n${showAnswer(found, { width, color })}\n`);
}
