import { generate, TransformerError, type GenerateOptions, type TokenSession } from "@fovea/transformer";
import { UserError } from "@fovea/command-line";
import { textStart, type Tokenizer } from "./tokenizer.ts";

export interface TellOptions extends GenerateOptions {
  readonly prompt: string;
  /** Go on with the next story where one ends. */
  readonly endless: boolean;
  /** Asked now and then; true ends the story. */
  readonly isStopped?: () => boolean;
}

export interface Told {
  readonly tokens: number;
  readonly seconds: number;
  /** Tokens per second over the last 100 tokens, once the engine has compiled what it runs; null for a shorter story. */
  readonly lately: number | null;
}

const lastTokens = 100;
/** Time between two pieces of text that are written: as smooth as a screen. */
const frame = 16;

/** Writes a story piece by piece as it comes to be.
 *  @param write gets text, never half a letter
 *  @throws {UserError} when the model's answers are no numbers: its weights are damaged */
export async function tell(
  session: TokenSession,
  tokenizer: Tokenizer,
  { prompt, endless, isStopped = () => false, ...options }: TellOptions,
  write: (text: string) => void,
): Promise<Told> {
  const decoder = new TextDecoder();
  const ids = tokenizer.encode(prompt);
  const started = performance.now();
  let [previous, tokens, shown, before, text] = [ids.at(-1)!, 0, started, started, prompt];
  /** When each of the last tokens came, in a ring. */
  const times = new Float64Array(lastTokens).fill(started);
  const stopTokens = endless ? [] : [textStart];
  try {
    for await (const token of generate(session, ids, { ...options, stopTokens })) {
      text += token === textStart ? "\n\n" : decoder.decode(tokenizer.bytesOf(token, previous), { stream: true });
      previous = token;
      tokens += 1;
      const now = performance.now();
      before = times[tokens % lastTokens]!;
      times[tokens % lastTokens] = now;
      if (now - shown < frame) continue;
      write(text);
      [text, shown] = ["", now];
      await new Promise(setImmediate); // lets what is written out, and Ctrl-C in
      if (isStopped()) break;
    }
  } catch (cause) {
    // options are checked by then: what generation still refuses is answers that are no numbers
    if (!(cause instanceof TransformerError)) throw cause;
    throw new UserError("The model gives no finite answer: its file is damaged. Get it again.", { cause });
  }
  write(text + decoder.decode());
  const lately = tokens > lastTokens ? (lastTokens * 1000) / (times[tokens % lastTokens]! - before) : null;
  return { tokens, seconds: (performance.now() - started) / 1000, lately };
}
