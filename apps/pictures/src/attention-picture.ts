import { heatColor, svgText } from "@fovea/inspection";
import { PNG } from "pngjs";
import { grayView, heatView, type SquarePicture } from "./heat-picture.ts";
import { percent, ranking, type Sight } from "./sight.ts";

/** Side of each picture, in pixels: ten for each that the model sees. */
const size = 280;
const gap = 20;
const [cardWidth, cardHeight] = [2 * size + 3 * gap, size + 206];
/** Likeliest classes that are named. */
const shown = 3;
const ink = "#1f2430";
const pale = "#6b7280";

/** Every sight as a card in an SVG: the picture as framed for the model, the same under heat, a legend, and a bar for each of the likeliest classes. */
export function attentionSvg(sights: readonly Sight[]): string {
  const columns = Math.min(2, sights.length);
  const [width, height] = [columns * cardWidth, Math.ceil(sights.length / columns) * cardHeight];
  const cards = sights.map((sight, index) => {
    const [x, y] = [(index % columns) * cardWidth, Math.floor(index / columns) * cardHeight];
    return `<g transform="translate(${x} ${y})">\n${drawCard(sight)}\n</g>`;
  });
  const title = sights.map((sight) => `${sight.view.name}: ${ranking(sight)[0].name}`).join(", ");
  const stops = Array.from({ length: 9 }, (_, i) => `<stop offset="${i / 8}" stop-color="${rgb(heatColor(i / 8))}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="14">`,
    `<title>${svgText(title)}</title>`,
    `<defs><linearGradient id="heat">${stops.join("")}</linearGradient></defs>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...cards,
    "</svg>\n",
  ].join("\n");
}

function drawCard(sight: Sight): string {
  const { view, attention } = sight;
  const best = ranking(sight).slice(0, shown);
  const top = 74;
  const right = size + 2 * gap;
  const under = top + size + 24;
  const bars = best.flatMap(({ name, probability }, row) => {
    const y = under + 12 + 26 * row;
    return [
      `<text x="${gap}" y="${y + 13}" fill="${ink}">${svgText(name)}</text>`,
      `<rect x="${gap + 96}" y="${y}" width="120" height="16" rx="3" fill="#eceef2"/>`,
      `<rect x="${gap + 96}" y="${y}" width="${(120 * probability).toFixed(1)}" height="16" rx="3" fill="#1f4e8c"/>`,
      `<text x="${gap + size}" y="${y + 13}" text-anchor="end" fill="${ink}">${percent(probability)}</text>`,
    ];
  });
  const [least, even, most] = [Math.min(...attention), 1 / attention.length, Math.max(...attention)];
  const mark = right + (most > least ? (size * (even - least)) / (most - least) : 0);
  const label = (x: number, y: number, text: string, anchor = "start"): string =>
    `<text x="${x}" y="${y}" fill="${pale}" font-size="12" text-anchor="${anchor}">${text}</text>`;
  return [
    `<text x="${gap}" y="34" font-size="20" font-weight="600" fill="${ink}">${svgText(best[0].name)} <tspan font-weight="400" fill="${pale}">${percent(best[0].probability)}</tspan></text>`,
    `<text x="${right + size}" y="34" text-anchor="end" fill="${pale}">${svgText(shorten(view.name))}</text>`,
    label(gap, top - 10, "the picture, framed for the model"),
    label(right, top - 10, "where it looked (attention rollout)"),
    embed(grayView(view, size), gap, top),
    embed(heatView(view, attention, size), right, top),
    ...bars,
    label(right, under + 8, `a patch's share (mark: even, ${percent(even)})`),
    `<rect x="${right}" y="${under + 18}" width="${size}" height="12" rx="3" fill="url(#heat)"/>`,
    `<path d="M${mark.toFixed(1)} ${under + 15}v18" stroke="${ink}" stroke-width="2"/>`,
    label(right, under + 48, `least ${percent(least)}`),
    label(right + size, under + 48, `most ${percent(most)}`, "end"),
  ].join("\n");
}

function embed(picture: SquarePicture, x: number, y: number): string {
  const data = encode([[picture]]).toString("base64");
  return `<image x="${x}" y="${y}" width="${size}" height="${size}" href="data:image/png;base64,${data}"/>`;
}

/** The pictures alone, a row for each sight: as framed for the model, and under heat. */
export function attentionPng(sights: readonly Sight[]): Buffer {
  return encode(sights.map(({ view, attention }) => [grayView(view, size), heatView(view, attention, size)]));
}

/** @param rows of as many pictures each, all of one size */
function encode(rows: readonly (readonly SquarePicture[])[]): Buffer {
  const png = new PNG({ width: rows[0].length * size, height: rows.length * size });
  rows.forEach((row, down) => {
    row.forEach(({ colors }, across) => {
      for (let pixel = 0; pixel < size * size; pixel++) {
        const [x, y] = [across * size + (pixel % size), down * size + Math.floor(pixel / size)];
        const start = 4 * (y * png.width + x);
        png.data.set(colors.subarray(3 * pixel, 3 * pixel + 3), start);
        png.data[start + 3] = 255;
      }
    });
  });
  return PNG.sync.write(png, { colorType: 2 });
}

/** The end of a path says more than its beginning. */
const shorten = (name: string): string => (name.length <= 32 ? name : `…${name.slice(-31)}`);

const rgb = (color: readonly number[]): string => `rgb(${color.map(Math.round).join(" ")})`;
