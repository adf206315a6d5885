import { fstatSync } from "node:fs";
import { addAbortSignal, type Readable } from "node:stream";
import { textOf } from "./read-whole.ts";
import { say } from "./say.ts";
import { UserError } from "./user-error.ts";

export interface PipedTextOptions {
  /** What the text is, in messages: `question`. */
  readonly what: string;
  /** More than any such text has. */
  readonly mostBytes: number;
  /** What to do about a longer one, a sentence. */
  readonly remedy: string;
  /** Until the first byte; default 10 s. Machines that build and test hold pipes open without ever writing to them. */
  readonly patienceMilliseconds?: number;
}

/** Whether standard input is a pipe or a file. A terminal is asked, and /dev/null and sockets are what programs leave there that have nothing to say. */
export function isPiped(descriptor: number): boolean {
  const input = fstatSync(descriptor);
  return input.isFIFO() || input.isFile();
}

/** The text that a pipe or a file holds. Says on standard error that it waits for it.
 *  @returns null when nothing came
 *  @throws {UserError} when it is longer than any such text, or no text */
export async function readPipedText(input: Readable, options: PipedTextOptions): Promise<string | null> {
  const { what, mostBytes, remedy, patienceMilliseconds = 10_000 } = options;
  say(`Reading the ${what} from standard input…`);
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), patienceMilliseconds);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of addAbortSignal(silence.signal, input) as AsyncIterable<Buffer>) {
      clearTimeout(timer);
      size += chunk.length;
      if (size > mostBytes) {
        throw new UserError(`The ${what} on standard input is longer than ${mostBytes} bytes. ${remedy}`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return size === 0 ? null : textOf(`The ${what} on standard input`, Buffer.concat(chunks));
}
