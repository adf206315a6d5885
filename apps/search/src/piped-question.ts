import type { Readable } from "node:stream";
import { readPipedText } from "@fovea/command-line";

/** The question that a pipe or a file holds, on one line.
 *  @param patienceMilliseconds to wait for the first byte; default 10 s
 *  @returns null when nothing came
 *  @throws {UserError} when it is longer than any question, or no text */
export async function readPipedQuestion(input: Readable, patienceMilliseconds?: number): Promise<string | null> {
  const question = await readPipedText(input, {
    what: "question",
    mostBytes: 16 * 1024, // several times what the encoder reads
    remedy: "Ask in one or two sentences; a text to search goes to --corpus.",
    ...(patienceMilliseconds !== undefined && { patienceMilliseconds }),
  });
  return question === null ? null : question.trim().replace(/\s+/g, " ");
}
