import { expect, test } from "vitest";
import { UserError } from "@fovea/command-line";
import { createTokenizer, type Tokenizer } from "./tokenizer.ts";

const bytePieces = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieces = ["<unk>", "<s>", "</s>", ...bytePieces, " ", "a", "b", "c", "ab", "bc", " a", "abc", "é"];
const scoreOf: Record<string, number> = { ab: -3, bc: -1, " a": -2, abc: -4 };

function file(): Uint8Array {
  const parts = pieces.flatMap((piece) => {
    const bytes = Buffer.from(piece);
    const head = Buffer.alloc(8);
    head.writeFloatLE(scoreOf[piece] ?? -10, 0);
    head.writeInt32LE(bytes.length, 4);
    return [head, bytes];
  });
  return Buffer.concat([Buffer.alloc(4), ...parts]);
}

const tokenizer = createTokenizer(file(), pieces.length);
const id = (piece: string): number => pieces.indexOf(piece);

function decode({ bytesOf }: Tokenizer, tokens: readonly number[]): string {
  return Buffer.concat(tokens.slice(1).map((token, i) => bytesOf(token, tokens[i]))).toString();
}

test("the pair with the best score is merged first", () => {
  // " abc": bc (-1) before " a" (-2) before ab (-3); then " a" and bc stay
  expect(tokenizer.encode("abc")).toEqual([1, id(" a"), id("bc")]);
  expect(tokenizer.encode("bab")).toEqual([1, id(" "), id("b"), id("ab")]);
  expect(tokenizer.encode("")).toEqual([1]);
});

test("letters that are no piece become bytes, and every text comes back", () => {
  expect(tokenizer.encode("é")).toEqual([1, id(" "), id("é")]);
  expect(tokenizer.encode("ü")).toEqual([1, id(" "), 3 + 0xc3, 3 + 0xbc]);
  for (const text of ["abc cab", "naïve 日本\n", "<0x41>", "  a"]) {
    const tokens = tokenizer.encode(text);
    // the space that the tokenizer puts in front goes with the first piece
    expect(decode(tokenizer, tokens)).toBe(text);
  }
});

test("a piece may have any length", () => {
  const length = 300_000;
  const head = Buffer.alloc(12);
  head.writeInt32LE(length, 8);
  const { longest, bytesOf } = createTokenizer(Buffer.concat([head, Buffer.alloc(length, "a")]), 1);
  expect([longest, bytesOf(0, 0).length, tokenizer.longest]).toEqual([length, length, 6]); // "<0x41>"
});

test("a vocabulary without pieces for bytes is said to be another model's", () => {
  expect(() => createTokenizer(file(), 3).encode("é")).toThrow(
    new UserError("The tokenizer file has 3 pieces, and none for token 35: it is another model's."),
  );
});

test("a file cut short anywhere is refused", () => {
  const bytes = file();
  for (const length of [0, 4, 11, 100, bytes.length - 1]) {
    expect(() => createTokenizer(bytes.subarray(0, length), pieces.length)).toThrow(UserError);
  }
});
