import tokenizer from "llama-tokenizer-js";

/** Moonshine's vocabulary is Llama's with 768 entries more, which are no text. */
const texts = tokenizer.vocabById.length;

/** The text of token ids, without the space before its first word; ids that are no text are left out. */
export function textOf(ids: readonly number[]): string {
  return tokenizer.decode(
    ids.filter((id) => id < texts),
    false,
  );
}

/** Whether a token begins a word: its piece begins with a space, which is written as U+2581. */
export function beginsWord(id: number): boolean {
  return tokenizer.vocabById[id]?.startsWith("\u2581") ?? false;
}
