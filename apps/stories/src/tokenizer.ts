import { UserError } from "@fovea/command-line";

/** Begins every text. */
export const textStart = 1;
/** Token of byte 0: bytes that no piece covers are tokens of their own. */
const firstByte = 3;

export interface Tokenizer {
  /** Bytes of the longest piece: so many at most become one token. */
  readonly longest: number;
  /** Pieces of a text, `textStart` first. */
  encode(text: string): number[];
  /** Bytes of a token, as it follows `previous`. */
  bytesOf(token: number, previous: number): Uint8Array;
}

/** llama2.c's tokenizer: byte-pair merges, the pair with the best score first, over a text that begins with a space.
 *  @param bytes int32 longest piece, then per token a float32 score, an int32 length and its bytes
 *  @param count pieces, as the model says
 *  @throws {UserError} when the file is cut short
 *  @see Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword Units" */
export function createTokenizer(bytes: Uint8Array, count: number): Tokenizer {
  const { pieces, scores } = readPieces(bytes, count);
  const ids = new Map<string, number>();
  for (const [id, piece] of pieces.entries()) if (!ids.has(latin1(piece))) ids.set(latin1(piece), id);

  const pieceOf = (token: number): Uint8Array => {
    const piece = pieces[token];
    if (piece) return piece;
    throw new UserError(`The tokenizer file has ${count} pieces, and none for token ${token}: it is another model's.`);
  };
  /** Letters that are pieces, the others as bytes. Pieces are looked up by their bytes, each as one character. */
  const split = (text: string): number[] =>
    Array.from(text).flatMap((letter) => {
      const encoded = new TextEncoder().encode(letter);
      const id = ids.get(latin1(encoded));
      return id === undefined ? Array.from(encoded, (byte) => byte + firstByte) : [id];
    });
  const merged = (tokens: number[]): number[] => {
    for (;;) {
      let [best, at, piece] = [-Infinity, -1, -1];
      for (let i = 0; i + 1 < tokens.length; i++) {
        const pair = ids.get(latin1(pieceOf(tokens[i]!)) + latin1(pieceOf(tokens[i + 1]!)));
        if (pair !== undefined && scores[pair]! > best) [best, at, piece] = [scores[pair]!, i, pair];
      }
      if (at < 0) return tokens;
      tokens.splice(at, 2, piece);
    }
  };
  return {
    longest: pieces.reduce((most, { length }) => Math.max(most, length), 1),
    encode: (text) => (text === "" ? [textStart] : [textStart, ...merged(split(` ${text}`))]),
    bytesOf(token, previous) {
      const piece = pieceOf(token);
      const byte = /^<0x([0-9A-F]{2})>$/.exec(latin1(piece));
      if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16));
      // the space before the first word is the tokenizer's own
      return previous === textStart && piece[0] === 32 ? piece.subarray(1) : piece;
    },
  };
}

function readPieces(bytes: Uint8Array, count: number): { pieces: Uint8Array[]; scores: number[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: Uint8Array[] = [];
  const scores: number[] = [];
  let offset = 4;
  for (let id = 0; id < count; id++) {
    const length = offset + 8 <= bytes.length ? view.getInt32(offset + 4, true) : -1;
    if (length < 0 || offset + 8 + length > bytes.length) {
      throw new UserError(
        `The tokenizer file is cut short or damaged: expected ${count} pieces, it ends or makes no sense at piece ${id}.`,
      );
    }
    scores.push(view.getFloat32(offset, true));
    pieces.push(bytes.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return { pieces, scores };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
