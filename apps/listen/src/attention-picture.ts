import { shadedCells, svgText } from "@fovea/inspection";
import { loudness, sampleRate } from "@fovea/sound";
import { samplesPerVector, type Word } from "./word-times.ts";
import type { Transcript } from "./transcribe.ts";
import { wordsOf } from "./words.ts";

const [pixelsPerSecond, rowHeight, letterWidth] = [90, 22, 9];
/** Title, wave and axis above the rows. */
const [titleHeight, waveHeight, axisHeight, margin] = [44, 56, 24, 16];

/** The cross-attention as an SVG picture: a row for each word, from left to right the seconds of the sound, darker where the word looked; a frame marks
 *  when it was said, and the sound itself stands above.
 *  @param words the words of the transcript, with their times
 *  @param start seconds of the recording before the first sample */
export function attentionPicture(
  transcript: Transcript,
  words: readonly Word[],
  samples: Float32Array,
  start: number,
): string {
  const seconds = samples.length / sampleRate;
  const labels = margin + Math.ceil(Math.max(...words.map(({ text }) => text.length)) * letterWidth) + 12;
  const width = Math.ceil(Math.max(labels + seconds * pixelsPerSecond + margin, 480));
  const top = titleHeight + waveHeight + axisHeight;
  const height = top + words.length * rowHeight + margin;
  const x = (second: number): number => labels + second * pixelsPerSecond;
  const rows = wordsOf(transcript).map(({ heard }, index) => {
    const row = shadedRow(sumOf(heard.map((place) => transcript.attention[place])), labels, top + index * rowHeight);
    const { text, start: from, end } = words[index];
    const frame = `<rect x="${round(x(from - start))}" y="${top + index * rowHeight + 2}" width="${round((end - from) * pixelsPerSecond)}" height="${rowHeight - 4}" rx="4" class="said"/>`;
    return `<text x="${labels - 10}" y="${top + index * rowHeight + 15.5}" class="word">${svgText(text)}</text>\n${row}${frame}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>Which moment of sound each word came from</title>`,
    `<style>text{font:13px system-ui,sans-serif;fill:#1f2933}.title{font-size:15px;font-weight:600}.word{text-anchor:end}.tick{font-size:11px;fill:#7b8794;text-anchor:middle}`,
    `.grid{stroke:#e4e7eb}.band{fill:#f7f9fb}.wave{fill:#9fb3c8}.cell{fill:#0b69a3}.said{fill:none;stroke:#de911d;stroke-width:1.5}</style>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${margin}" y="27" class="title">Which moment of sound each word came from</text>`,
    ...words.map((_, index) =>
      index % 2 === 0
        ? `<rect x="${margin}" y="${top + index * rowHeight}" width="${width - 2 * margin}" height="${rowHeight}" class="band"/>`
        : "",
    ),
    ...ticks(start, seconds).map(
      (second) =>
        `<path d="M${round(x(second - start))} ${titleHeight}V${height - margin}" class="grid"/>` +
        `<text x="${round(x(second - start))}" y="${titleHeight + waveHeight + 16}" class="tick">${second} s</text>`,
    ),
    wave(samples, labels),
    ...rows,
    `</svg>\n`,
  ].join("\n");
}

/** Whole seconds within the sound. */
function ticks(start: number, seconds: number): number[] {
  const first = Math.ceil(start);
  return Array.from({ length: Math.max(0, Math.floor(start + seconds) - first + 1) }, (_, index) => first + index);
}

/** The loudness of the sound, as a shape around a middle line. */
function wave(samples: Float32Array, left: number): string {
  const levels = loudness(samples, samplesPerVector);
  const loudest = Math.max(...levels);
  const middle = titleHeight + waveHeight / 2;
  const bars = Array.from(levels, (level, index) => {
    const half = Math.max(0.5, (level / loudest) * (waveHeight / 2 - 2));
    return `M${round(left + index * vectorWidth)} ${round(middle - half)}h${round(vectorWidth)}v${round(2 * half)}h-${round(vectorWidth)}z`;
  });
  return `<path d="${bars.join("")}" class="wave"/>`;
}

const vectorWidth = (samplesPerVector / sampleRate) * pixelsPerSecond;

/** The cells of a row; the darkest is where the word looked most. */
function shadedRow(weights: Float64Array, left: number, top: number): string {
  const cell = (index: number): string =>
    `M${round(left + index * vectorWidth)} ${top + 4}h${round(vectorWidth)}v${rowHeight - 8}h-${round(vectorWidth)}z`;
  return shadedCells(weights, { cell, attributes: `class="cell"` });
}

function sumOf(rows: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(rows[0].length);
  for (const row of rows) for (let i = 0; i < sum.length; i++) sum[i] += row[i];
  return sum;
}

const round = (value: number): number => Math.round(value * 100) / 100;
