/** Consecutive pieces that form one word. */
export interface Word {
  readonly text: string;
  /** Index of the first piece, and of the first piece after the word. */
  readonly start: number;
  readonly end: number;
}

const punctuation = /^[^\p{L}\p{N}'’-]+$/u;

/** Joins pieces to words: a word starts at a piece with `▁`, and punctuation stands alone. */
export function joinWords(pieces: readonly string[]): Word[] {
  const words: Word[] = [];
  pieces.forEach((piece, index) => {
    const text = piece.replaceAll("▁", "");
    const last = words.at(-1);
    const startsWord = piece.startsWith("▁") || punctuation.test(piece) || last === undefined;
    // a lone ▁ waits for the piece it belongs to
    if (startsWord && last?.text !== "") words.push({ text, start: index, end: index + 1 });
    else words.splice(-1, 1, { text: last!.text + text, start: last!.start, end: index + 1 });
  });
  return words;
}

/** Weights between pieces become weights between words: a word receives what its pieces receive together,
 *  and gives what its pieces give on average, so each row still adds up to one.
 *  @param weights `[pieces, pieces]` row by row: who looks, who is looked at
 *  @returns `[words, words]` */
export function weightsOfWords(words: readonly Word[], weights: readonly (readonly number[])[]): number[][] {
  return words.map((from) =>
    words.map((to) => {
      let sum = 0;
      for (let query = from.start; query < from.end; query += 1) {
        for (let key = to.start; key < to.end; key += 1) sum += weights[query]![key]!;
      }
      return sum / (from.end - from.start);
    }),
  );
}
