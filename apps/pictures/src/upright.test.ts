import { encode } from "jpeg-js";
import { expect, test } from "vitest";
import { decodePicture } from "./decode-picture.ts";

/** 32 × 16, its upper left quarter white and its lower right one gray. */
function corners(): Uint8Array {
  const data = Buffer.alloc(4 * 32 * 16, 0);
  for (let y = 0; y < 16; y++) {
    for (let x = 0; x < 32; x++) {
      const light = y < 8 && x < 16 ? 255 : y >= 8 && x >= 16 ? 128 : 0;
      data.fill(light, 4 * (32 * y + x), 4 * (32 * y + x) + 3);
    }
  }
  return encode({ data, width: 32, height: 16 }, 95).data;
}

/** A segment behind the first two bytes of a JPEG file. */
function withSegment(jpeg: Uint8Array, marker: number, content: Uint8Array): Uint8Array {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]);
}

/** EXIF with a tag before the orientation. */
function exif(orientation: number, order: "II" | "MM"): Buffer {
  const [u16, u32] =
    order === "II" ? (["writeUInt16LE", "writeUInt32LE"] as const) : (["writeUInt16BE", "writeUInt32BE"] as const);
  const tiff = Buffer.alloc(8 + 2 + 24 + 4);
  tiff.write(order, 0, "latin1");
  tiff[u16](42, 2);
  tiff[u32](8, 4);
  tiff[u16](2, 8);
  for (const [entry, tag, value] of [
    [10, 0x0103, 6],
    [22, 0x0112, orientation],
  ] as const) {
    tiff[u16](tag, entry);
    tiff[u16](3, entry + 2);
    tiff[u32](1, entry + 4);
    tiff[u16](value, entry + 8);
  }
  return Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
}

/** The quarters of a picture, upper left, upper right, lower left, lower right: W white, g gray, · black. */
function quarters(bytes: Uint8Array): string {
  const { width, height, data } = decodePicture("it", bytes);
  const at = (x: number, y: number): string => {
    const red = data[4 * (Math.floor(y * height) * width + Math.floor(x * width))];
    return red > 200 ? "W" : red > 60 ? "g" : "·";
  };
  return `${width} × ${height}: ${at(0.25, 0.25)}${at(0.75, 0.25)}/${at(0.25, 0.75)}${at(0.75, 0.75)}`;
}

// where the first row and the first column of what is stored belong: Exif 2.3, tag 274
test.each([
  [1, "32 × 16: W·/·g"], // top, left
  [2, "32 × 16: ·W/g·"], // top, right
  [3, "32 × 16: g·/·W"], // bottom, right
  [4, "32 × 16: ·g/W·"], // bottom, left
  [5, "16 × 32: W·/·g"], // left, top
  [6, "16 × 32: ·W/g·"], // right, top
  [7, "16 × 32: g·/·W"], // right, bottom
  [8, "16 × 32: ·g/W·"], // left, bottom
  [0, "32 × 16: W·/·g"],
  [9, "32 × 16: W·/·g"],
])("orientation %d is %s", (orientation, expected) => {
  for (const order of ["II", "MM"] as const) {
    expect(quarters(withSegment(corners(), 0xe1, exif(orientation, order)))).toBe(expected);
  }
});

test("EXIF that is cut short or points anywhere leaves the picture as it is stored", () => {
  const whole = exif(6, "II");
  for (let length = 0; length < whole.length - 8; length++) {
    expect(quarters(withSegment(corners(), 0xe1, whole.subarray(0, length)))).toBe("32 × 16: W·/·g");
  }
  const far = Buffer.from(whole);
  far.writeUInt32LE(0xfffffff0, 10);
  expect(quarters(withSegment(corners(), 0xe1, far))).toBe("32 × 16: W·/·g");
});
