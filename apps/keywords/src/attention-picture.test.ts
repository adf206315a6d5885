import { tensor, zeros } from "@fovea/tensor";
import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { attentionSvg } from "./attention-picture.ts";
import type { Hearing } from "./hear-sound.ts";
import { attentionPng, melPng } from "./mel-picture.ts";

/** Two frames of three bands; the second is looked at three times as much. */
const told: Hearing["told"] = {
  start: 2.5,
  probabilities: [0.25, 0.75],
  attention: [0.25, 0.75],
  mel: tensor([
    [0, 1, 2],
    [0, 0, 4],
  ]),
  samples: new Float32Array(16_000).fill(0.5),
};
const labels = [
  { name: "up & <down>", isWord: true },
  { name: "go", isWord: true },
];
const hearing: Hearing = { name: "/some/folder/talk.wav", seconds: 5, labels, words: [], told };

test("the picture says what was heard, when, and escapes what is written in it", () => {
  const svg = attentionSvg([hearing]);
  expect(svg).toMatch(/^<svg [^]*<title>talk\.wav: go<\/title>[^]*<\/svg>\n$/);
  expect(svg).toContain("then up &amp; &lt;down&gt; 25.0 %");
  expect(Array.from(svg.matchAll(/>(\d\.\d) s</g), ([, time]) => time)).toEqual([
    "2.5",
    "2.7",
    "2.9",
    "3.1",
    "3.3",
    "3.5",
  ]);
});

test("sound that is nothing but zeros can be drawn", () => {
  const quiet = { ...told, samples: new Float32Array(16_000), mel: zeros([2, 3]) };
  const svg = attentionSvg([{ ...hearing, told: quiet }]);
  expect(svg).not.toMatch(/NaN|Infinity/);
});

test("low bands are below, louder is darker", () => {
  const png = PNG.sync.read(melPng(told));
  expect([png.width, png.height]).toEqual([2, 3]);
  const red = Array.from({ length: 6 }, (_, pixel) => png.data[4 * pixel]);
  // the loudest is at the upper right; of the lowest band below both are quietest
  expect(red).toEqual([133, 22, 188, 244, 244, 244]);
});

test("the larger picture has a column of attention below each frame", () => {
  const png = PNG.sync.read(attentionPng([told, told]));
  expect([png.width, png.height]).toEqual([12, 2 * (12 + 80) + 8 + 2 * 8]);
  const orange = Array.from({ length: 80 }, (_, y) => y).filter((y) => png.data[4 * ((20 + y) * 12 + 0) + 2] === 29);
  expect(orange.length).toBe(27);
});
