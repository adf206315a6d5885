import { Tokenizer as UnigramTokenizer } from "@huggingface/tokenizers";
import type { Vocabulary } from "./model-files.ts";

/** Pieces 1 to 5 are control symbols (`<s>`, `</s>`, …). Text that happens to spell one must not become it. */
const reserved = 6;

export interface Tokens {
  /** Row of each piece in the embedding table. */
  readonly ids: readonly number[];
  /** The text of each piece; a piece that begins a word starts with `▁`. */
  readonly pieces: readonly string[];
}

export type Tokenize = (text: string) => Tokens;

/** SentencePiece unigram tokenizer: of all the ways to cut a text into known pieces, the likeliest one.
 *  Text is brought to NFKC and runs of white space become one space first; characters that no piece covers become piece 0.
 *  @see Kudo 2018, "Subword Regularization", section 3.2 */
export function createTokenizer(vocabulary: Vocabulary): Tokenize {
  // U+FFFF is no character, so a piece that contains it is never found in a text
  const vocab = vocabulary.map(([piece, score], id) =>
    id > 0 && id < reserved ? [`\uFFFF${piece}`, score] : [piece, score],
  );
  const tokenizer = new UnigramTokenizer(
    {
      model: { type: "Unigram", unk_id: 0, vocab },
      normalizer: {
        type: "Sequence",
        normalizers: [
          { type: "NFKC" },
          { type: "Replace", pattern: { Regex: "[\\s\\uFFFF]+" }, content: " " },
          { type: "Strip", strip_left: true, strip_right: true },
        ],
      },
      pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always" },
      post_processor: null,
      decoder: null,
      added_tokens: [],
    },
    {},
  );
  return (text) => {
    const { ids, tokens } = tokenizer.encode(text, { add_special_tokens: false });
    return { ids, pieces: tokens };
  };
}
