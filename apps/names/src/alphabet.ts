import { UserError } from "@fovea/command-line";

/** Letters as a vocabulary numbers them: one a line, the first three are `<blank>`, `<s>` and `</s>`. */
export interface Alphabet {
  /** Entries. */
  readonly size: number;
  readonly start: number;
  readonly end: number;
  /** @throws {UserError} for a letter that is not there */
  idsOf(text: string): number[];
  textOf(ids: readonly number[]): string;
}

export function createAlphabet(vocabulary: string): Alphabet {
  const letters = vocabulary.split("\n").filter((letter) => letter !== "");
  const ids = new Map(letters.map((letter, id) => [letter, id]));
  const [start, end] = [ids.get("<s>"), ids.get("</s>")];
  if (start === undefined || end === undefined) {
    throw new UserError("The vocabulary is damaged: expected the entries <s> and </s>, one a line.");
  }
  return {
    size: letters.length,
    start,
    end,
    idsOf: (text) =>
      Array.from(text, (letter) => {
        const id = ids.get(letter);
        if (id !== undefined) return id;
        throw new UserError(
          `“${letter}” in “${text}” is no letter this model knows. It reads: ${letters.slice(3).join(" ")}`,
        );
      }),
    textOf: (list) => list.map((id) => letters[id] ?? "\uFFFD").join(""),
  };
}
