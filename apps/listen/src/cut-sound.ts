import { inaudible, loudness, pauseLevel } from "./loudness.ts";

const sampleRate = 16_000;
/** Stretches in which loudness is measured: 20 ms. */
const stretch = 320;

/** Some seconds of sound, as much as the model takes at once. */
export interface Piece {
  /** Seconds of the recording before it. */
  readonly start: number;
  /** 16 kHz */
  readonly samples: Float32Array;
}

export interface CutOptions {
  /** Seconds of a piece before a pause ends it. */
  readonly least: number;
  /** Seconds of a piece at most. */
  readonly most: number;
}

/** Long enough to give words their context, short enough for a model that was trained on up to half a minute. */
export const recordingPieces: CutOptions = { least: 12, most: 24 };
/** Short pieces, so that text comes soon after it was said. */
export const livePieces: CutOptions = { least: 2, most: 12 };

/** Quiet as long as this, in seconds, ends a piece; more of it at either end of a piece is left out, for models make words of long silence. */
const pause = 0.4;
const keptQuiet = 0.6;

/** Cuts sound at its pauses, in the memory of one piece: after `least` seconds at the first pause; where none comes within `most`, at the quietest
 *  moment since `least`. Pieces in which nothing is to be heard are left out. */
export async function* cutSound(
  sound: AsyncIterable<Float32Array>,
  { least, most }: CutOptions,
): AsyncGenerator<Piece, void, void> {
  const held = new Float32Array(most * sampleRate);
  let [length, start] = [0, 0];
  const take = (end: number): Piece | null => {
    const piece = trimmed({ start: start / sampleRate, samples: held.slice(0, end) });
    held.copyWithin(0, end, length);
    [length, start] = [length - end, start + end];
    return piece;
  };
  let looked = 0;
  for await (const samples of sound) {
    for (let first = 0; first < samples.length;) {
      const some = samples.subarray(first, first + held.length - length);
      held.set(some, length);
      length += some.length;
      first += some.length;
      // a look costs the whole piece, so one every tenth of a second
      if (length < held.length && length - looked < sampleRate / 10) continue;
      looked = length;
      const end = endOfPiece(held.subarray(0, length), least * sampleRate, length === held.length);
      if (end === null) continue;
      const piece = take(end);
      looked = length;
      if (piece) yield piece;
    }
  }
  const piece = take(length);
  if (piece) yield piece;
}

/** Where to cut, in samples, or null: not yet. */
function endOfPiece(held: Float32Array, least: number, isFull: boolean): number | null {
  const levels = loudness(held, stretch);
  if (isSilent(levels)) return held.length >= least ? held.length : null;
  if (held.length < least) return null;
  const quiet = pauseLevel(levels);
  const run = (pause * sampleRate) / stretch;
  let quietSince = 0;
  for (const [index, level] of levels.entries()) {
    if (level >= quiet) quietSince = index + 1;
    const middle = (quietSince + index) / 2;
    if (index + 1 - quietSince >= run && middle * stretch >= least - (pause / 2) * sampleRate)
      return Math.floor(middle) * stretch;
  }
  if (!isFull) return null;
  let best = Math.floor(least / stretch);
  const around = (index: number): number => levels[index - 1] + levels[index] + levels[index + 1];
  for (let index = best; index + 1 < levels.length; index++) if (around(index) < around(best)) best = index;
  return best * stretch;
}

function isSilent(levels: Float64Array): boolean {
  return levels.every((level) => level < inaudible);
}

/** Without long quiet at its ends; null when nothing is to be heard. */
function trimmed({ start, samples }: Piece): Piece | null {
  const levels = loudness(samples, stretch);
  if (isSilent(levels)) return null;
  const quiet = pauseLevel(levels);
  const kept = keptQuiet * sampleRate;
  const first = Math.max(0, levels.findIndex((level) => level >= quiet) * stretch - kept);
  const end = Math.min(samples.length, (levels.findLastIndex((level) => level >= quiet) + 1) * stretch + kept);
  return { start: start + first / sampleRate, samples: samples.subarray(first, end) };
}
