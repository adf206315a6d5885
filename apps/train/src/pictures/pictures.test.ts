import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { drawCurves } from "./curves.ts";
import { place } from "./place.ts";
import { grayPng } from "./png.ts";

test("a PNG holds its size and every pixel", () => {
  const png = Buffer.from(grayPng([0, 0.5, 1, 2, -1, 0.2], 3, 2));
  expect(png.subarray(0, 8).toString("latin1")).toBe("\u0089PNG\r\n\u001A\n");
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 0]);
  const length = png.readUInt32BE(33);
  expect(png.toString("latin1", 37, 41)).toBe("IDAT");
  expect([...inflateSync(png.subarray(41, 41 + length))]).toEqual([0, 0, 128, 255, 0, 255, 0, 51]);
  // the check sum of an empty IEND, as every PNG ends
  expect(png.subarray(-4).toString("hex")).toBe("ae426082");
});

test("pictures stand in rows and columns, inside the page", () => {
  const svg = place(
    [
      [
        { title: "one", svg: "<svg width='9'/>" },
        { title: "two", svg: "<svg width='9'/>" },
      ],
    ],
    100,
  );
  expect(svg).toContain('<svg xmlns="http://www.w3.org/2000/svg" width="248" height="152"');
  expect(Array.from(svg.matchAll(/<svg x="(\d+)" y="(\d+)"/g), ([, x, y]) => [x, y])).toEqual([
    ["16", "36"],
    ["132", "36"],
  ]);
});

test("curves have a line for each kind of examples, in both charts, from a single point on", () => {
  const point = { step: 10, loss: 1, accuracy: 0.5, heldOutLoss: 2, heldOutAccuracy: 0.4 };
  for (const points of [[point], [point, { ...point, step: 20, loss: 0.5 }]]) {
    const svg = drawCurves(points, "digits read right");
    expect(svg.match(/>held out</g)).toHaveLength(2);
    expect(svg).toContain("Accuracy (%): digits read right");
    expect(svg).not.toContain("NaN");
  }
});
