import { basename } from "node:path";
import { shadedCells, svgText } from "@fovea/inspection";
import { loudness, sampleRate } from "@fovea/sound";
import type { Hearing } from "./hear-sound.ts";
import { melPng } from "./mel-picture.ts";
import { percent, ranking } from "./ranking.ts";

/** Pixels of a second, and heights from above to below. */
const secondWidth = 600;
const [titleHeight, waveHeight, melHeight, attentionHeight, axisHeight] = [64, 88, 150, 76, 34];
/** Names of what is drawn stand left of it. */
const [left, right, gap] = [128, 88, 12];
const width = left + secondWidth + right;
const cardHeight = titleHeight + waveHeight + melHeight + attentionHeight + 2 * gap + axisHeight + 14;
/** From one column of the wave to the next, in samples. */
const stretch = 160;
/** Labels that are named beside the likeliest. */
const others = 2;

/** Every hearing as a card in an SVG: the sound's loudness, its mel bands and each moment's share of the attention, on one axis of time. */
export function attentionSvg(hearings: readonly Hearing[]): string {
  const height = hearings.length * cardHeight;
  const title = hearings.map((hearing) => `${basename(hearing.name)}: ${ranking(hearing)[0].name}`).join(", ");
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${svgText(title)}</title>`,
    `<style>text{font:13px system-ui,sans-serif;fill:#1f2933}.label{font-size:20px;font-weight:600}.light{font-weight:400}.pale{font-size:12px;fill:#7b8794}`,
    `.grid{stroke:#e4e7eb}.even{stroke:#7b8794;stroke-dasharray:3 3}.wave{fill:#c9d3df}.looked{fill:#de911d}</style>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...hearings.map((hearing, index) => `<g transform="translate(0 ${index * cardHeight})">\n${card(hearing)}\n</g>`),
    `</svg>\n`,
  ].join("\n");
}

function card(hearing: Hearing): string {
  const { name, told } = hearing;
  const [best, ...rest] = ranking(hearing);
  const next = rest.slice(0, others).map(({ name, probability }) => `${name} ${percent(probability)}`);
  const melTop = titleHeight + waveHeight + gap;
  const attentionTop = melTop + melHeight + gap;
  const bottom = attentionTop + attentionHeight;
  const rowName = (top: number, height: number, lines: readonly string[]): string =>
    lines
      .map((line, index) => {
        const y = top + height / 2 + 4 + 15 * (index - (lines.length - 1) / 2);
        return `<text x="${left - 14}" y="${y}" text-anchor="end" class="pale">${line}</text>`;
      })
      .join("");
  return [
    `<text x="${left}" y="34" class="label">${svgText(best.name)} <tspan class="light">${percent(best.probability)}</tspan></text>`,
    `<text x="${left}" y="53" class="pale">then ${svgText(next.join(", "))}</text>`,
    `<text x="${left + secondWidth}" y="34" text-anchor="end" class="pale">${svgText(shortened(basename(name)))}</text>`,
    axis(told.start, bottom),
    rowName(titleHeight, waveHeight, ["loudness"]),
    wave(told.samples, told.attention),
    rowName(melTop, melHeight, ["mel bands,", "high above low"]),
    `<image x="${x(0)}" y="${melTop}" width="${secondWidth}" height="${melHeight}" preserveAspectRatio="none" href="data:image/png;base64,${melPng(told).toString("base64")}"/>`,
    rowName(attentionTop, attentionHeight, ["where it looked", "(rollout)"]),
    shares(told.attention, attentionTop),
  ].join("\n");
}

/** The loudness of the sound as a shape around a middle line, and over it the parts that the model looked at, the stronger the more. */
function wave(samples: Float32Array, attention: readonly number[]): string {
  const levels = loudness(samples, stretch);
  const loudest = Math.max(...levels) || 1;
  const middle = titleHeight + waveHeight / 2;
  const columns = Array.from(levels, (level, index) => {
    const half = Math.max(0.5, (level / loudest) * (waveHeight / 2 - 2));
    return column(index, middle - half, 2 * half);
  });
  const looked = shadedCells(attention, {
    cell: (frame) => columns[columnOf(frame, attention)],
    attributes: `class="looked"`,
  });
  return [`<path d="${columns.join("")}" class="wave"/>`, looked].join("\n");
}

/** Each frame's share as a column, the largest as tall as there is room, and a line where all would be alike. */
function shares(attention: readonly number[], top: number): string {
  const most = Math.max(...attention);
  const bottom = top + attentionHeight;
  const columns = attention.map((share, frame) => {
    const height = (share / most) * attentionHeight;
    return column(columnOf(frame, attention), bottom - height, height);
  });
  const even = round(bottom - attentionHeight / attention.length / most);
  const label = (y: number, text: string): string =>
    `<text x="${x(1) + 8}" y="${round(y)}" class="pale">${text}</text>`;
  // two labels in one place could not be read
  const isApart = even - top > 24;
  const labels = [
    ...(isApart ? [label(top + 9, percent(most))] : []),
    label(even + 4, `even, ${percent(1 / attention.length)}`),
  ];
  const line = `<path d="M${x(0)} ${even}H${x(1)}" class="even"/>`;
  return [`<path d="${columns.join("")}" class="looked"/>`, line, ...labels].join("\n");
}

/** Tenths of a second as lines behind everything, every other with its time. */
function axis(start: number, bottom: number): string {
  const lines = Array.from({ length: 11 }, (_, tenth) => {
    const at = round(x(tenth / 10));
    const time = `<text x="${at}" y="${bottom + 20}" text-anchor="middle" class="pale">${(start + tenth / 10).toFixed(1)} s</text>`;
    return `<path d="M${at} ${titleHeight}V${bottom + 5}" class="grid"/>${tenth % 2 === 0 ? time : ""}`;
  });
  return lines.join("\n");
}

/** A frame is longer than from one to the next: it is drawn where its middle is. */
function columnOf(frame: number, attention: readonly number[]): number {
  return frame + Math.floor((sampleRate / stretch - attention.length) / 2);
}

function column(index: number, top: number, height: number): string {
  const step = (stretch / sampleRate) * secondWidth;
  return `M${round(x(0) + index * step)} ${round(top)}h${step - 1}v${round(height)}h${1 - step}z`;
}

const x = (second: number): number => left + second * secondWidth;

const round = (value: number): number => Math.round(value * 100) / 100;

/** The end of a name says more than its beginning. */
const shortened = (name: string): string => (name.length <= 40 ? name : `…${name.slice(-39)}`);
