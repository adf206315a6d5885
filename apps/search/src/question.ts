import { maxTokens } from "./encoder.ts";
import { UserError } from "@fovea/command-line";
import type { Tokenize, Tokens } from "./tokenizer.ts";

/** Asked when nobody does: without a terminal, an argument and a pipe that says anything. */
export const defaultQuestion = "How can I hide the future from a word?";

/** Cuts a question into pieces that the encoder takes.
 *  @throws {UserError} when it says nothing, or too much */
export function readQuestion(text: string, tokenize: Tokenize): Tokens {
  if (!/[\p{L}\p{N}]/u.test(text)) {
    throw new UserError("The question is empty. Ask with words, as in: How do I hide the future?");
  }
  const tokens = tokenize(text);
  if (tokens.ids.length > maxTokens) {
    throw new UserError(
      `The question is too long: the encoder reads ${maxTokens} pieces of words, this has ${tokens.ids.length}. Ask in one or two sentences.`,
    );
  }
  return tokens;
}
