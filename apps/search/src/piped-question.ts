import { fstatSync } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { SearchError } from "./search-error.ts";

/** Bytes of a question at most: several times what the encoder reads. */
const largest = 16 * 1024;
/** Milliseconds until the first byte. Machines that build and test hold pipes open without ever writing to them. */
const patience = 10_000;

/** Whether standard input is a pipe or a file. A terminal is asked, and /dev/null and sockets are what programs leave there that have nothing to say. */
export function isPiped(descriptor: number): boolean {
  const input = fstatSync(descriptor);
  return input.isFIFO() || input.isFile();
}

/** The question that a pipe or a file holds, on one line.
 *  @param milliseconds to wait for the first byte
 *  @returns null when nothing came
 *  @throws {SearchError} when it is longer than any question, or no text */
export async function readPipedQuestion(input: Readable, milliseconds: number = patience): Promise<string | null> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), milliseconds);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(silence.signal, input) as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      size += chunk.length;
      if (size > largest) {
        throw new SearchError(
          `The question on standard input is longer than ${largest} bytes. Ask in one or two sentences; a text to search goes to --corpus.`,
        );
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return size === 0 ? null : textOf(Buffer.concat(chunks)).trim().replace(/\s+/g, " ");
}

function textOf(bytes: Buffer): string {
  try {
    if (bytes.includes(0)) throw new TypeError("a zero byte");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SearchError("The question on standard input is not text in UTF-8. Save or send it as UTF-8.");
  }
}
