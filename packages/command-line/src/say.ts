import { printable } from "./printable.ts";

/** What is not the answer goes to standard error, a line each.
 *  @param look how it is shown, e.g. dim; default plain */
export function say(sentence: string, look: (text: string) => string = (text) => text): void {
  process.stderr.write(`${look(printable(sentence))}\n`);
}
