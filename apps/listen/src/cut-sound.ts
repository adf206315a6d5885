import { inaudible, loudness, pauseLevel } from "@fovea/sound";
import { sampleRate } from "@fovea/sound";

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
  /** Seconds of a piece before a pause may end it. */
  readonly least: number;
  /** Seconds of a piece at most. */
  readonly most: number;
  /** Whether the first pause ends it; otherwise the longest one before `most` does. */
  readonly atFirstPause: boolean;
  /** Seconds of quiet that end a piece however short it is; Infinity: none do. */
  readonly rest: number;
}

/** Long enough to give words their context, short enough for a model that was trained on up to half a minute. */
export const recordingPieces: CutOptions = { least: 12, most: 24, atFirstPause: false, rest: Infinity };
/** Shorter pieces, so that text comes soon after it was said; the model mishears a word or two on their own, so not much shorter. */
export const livePieces: CutOptions = { least: 5, most: 15, atFirstPause: true, rest: 1.5 };

/** Quiet as long as this, in seconds, ends a piece; more of it at either end of a piece is left out, for models make words of long silence. */
const pause = 0.4;
const keptQuiet = 0.6;

/** Cuts sound at its pauses, in the memory of one piece: between `least` and `most` seconds at the first or the longest pause; where there is none, at the
 *  quietest moment. Pieces in which nothing is to be heard are left out. */
export async function* cutSound(
  sound: AsyncIterable<Float32Array> | Iterable<Float32Array>,
  options: CutOptions,
): AsyncGenerator<Piece, void, void> {
  const held = new Float32Array(options.most * sampleRate);
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
      // a look costs the whole piece, so one every tenth of a second, or none before there is most to choose from
      const isDue = options.atFirstPause && length - looked >= sampleRate / 10;
      if (length < held.length && !isDue) continue;
      looked = length;
      const end = endOfPiece(held.subarray(0, length), options, length === held.length);
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
function endOfPiece(held: Float32Array, { least, atFirstPause, rest }: CutOptions, isFull: boolean): number | null {
  const levels = loudness(held, stretch);
  const first = Math.floor((least * sampleRate) / stretch);
  const hasLeast = levels.length >= first;
  if (isSilent(levels)) return hasLeast ? held.length : null;
  const quiet = pauseLevel(levels);
  const restSince = levels.findLastIndex((level) => level >= quiet) + 1;
  if ((levels.length - restSince) * stretch >= rest * sampleRate) return held.length;
  if (!hasLeast) return null;

  let [quietSince, longest, best] = [0, (pause * sampleRate) / stretch - 1, -1];
  for (const [index, level] of levels.entries()) {
    if (level >= quiet) quietSince = index + 1;
    const middle = Math.floor((quietSince + index) / 2);
    if (index + 1 - quietSince <= longest || middle < first) continue;
    [longest, best] = [index + 1 - quietSince, middle];
    if (atFirstPause) break;
  }
  if (best < 0 && !isFull) return null;
  return (best < 0 ? quietest(levels, first) : best) * stretch;
}

/** The stretch that is quietest together with its neighbors. */
function quietest(levels: Float64Array, first: number): number {
  const around = (index: number): number => levels[index - 1] + levels[index] + levels[index + 1];
  let best = first;
  for (let index = first; index + 1 < levels.length; index++) if (around(index) < around(best)) best = index;
  return best;
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
