import { expect, test } from "vitest";
import { readModelFiles } from "./model-files.ts";
import { createTokenizer } from "./tokenizer.ts";

const { vocabulary } = await readModelFiles();
const tokenize = createTokenizer(vocabulary);

/** The likeliest cut by the textbook recurrence over prefixes, without a lattice. Only for texts that the vocabulary covers. */
function likeliestCut(text: string): number[] {
  const scores = new Map(vocabulary.slice(6).map(([piece, score], index) => [piece, { score, id: index + 6 }]));
  const prepared = `▁${text.normalize("NFKC").replaceAll(" ", "▁")}`;
  const best: { score: number; ids: number[] }[] = [{ score: 0, ids: [] }];
  for (let end = 1; end <= prepared.length; end += 1) {
    best[end] = { score: -Infinity, ids: [] };
    for (let start = Math.max(0, end - 16); start < end; start += 1) {
      const piece = scores.get(prepared.slice(start, end));
      if (piece === undefined || best[start].score + piece.score <= best[end].score) continue;
      best[end] = { score: best[start].score + piece.score, ids: [...best[start].ids, piece.id] };
    }
  }
  return best[prepared.length].ids;
}

test("the example in the encoder's own documentation comes out as printed there", () => {
  // tfjs-models, universal-sentence-encoder, README: tokenizer.encode('Hello, how are you?')
  expect(tokenize("Hello, how are you?").ids).toEqual([341, 4125, 8, 140, 31, 19, 54]);
});

test.each([
  "Attention lets every word of a text look at the other words.",
  "supercalifragilistic antidisestablishmentarianism",
  "score - slope[head] * (query - key)",
  "In 2017, 8 people wrote “Attention Is All You Need”.",
  "npm install @fovea/dot-product-attention",
  "Note: see https://example.org :) (or: ask)",
  "aaaaaaaaaaaaaaaaaaaaaaaa the thethe therethe",
])("of all ways to cut “%s” the likeliest is taken", (text) => {
  expect(tokenize(text).ids).toEqual(likeliestCut(text));
});

test("pieces put together give the text back", () => {
  expect(tokenize("How old are you?").pieces).toEqual(["▁How", "▁old", "▁are", "▁you", "?"]);
});

test("white space of every kind counts as one space, and ligatures are taken apart", () => {
  expect(tokenize("  ﬁne \t\n spaces ").ids).toEqual(tokenize("fine spaces").ids);
});

test("text that spells a control symbol stays text", () => {
  const { ids } = tokenize("<s> </s> extra_token_id_1");
  expect(ids.every((id) => id >= 6)).toBe(true);
  expect(ids).toEqual(likeliestCut("<s> </s> extra_token_id_1"));
});

test("a run of letters that no piece covers is one unknown piece", () => {
  expect(tokenize("日本語 ok").ids).toEqual([30, 0, 2303]);
});

test("nothing gives nothing", () => {
  expect(tokenize(" \n ").ids).toEqual([]);
});
