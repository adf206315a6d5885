import { crc32, deflateSync } from "node:zlib";
import { randomGenerator } from "@fovea/tensor";
import { PNG } from "pngjs";
import { expect, test, vi } from "vitest";
import { decodePicture } from "./decode-picture.ts";
import { UserError } from "@fovea/command-line";

/** Written by ImageMagick 6.9. */
const files = {
  palette:
    "iVBORw0KGgoAAAANSUhEUgAAAAQAAAAECAMAAAHpKF7aAAAABlBMVEX/AAAA/wDSh+9xAAAAEUlEQVQI12NgYGBEQgyMEAIAAGUACQRuCJYAAAAASUVORK5CYII=",
  deep: "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAYAAADN5LpZAAAAG0lEQVQI12NkYGBg+P///38GNMCELgBR1MAAAMjOCHz0nJxPAAAAAElFTkSuQmCC",
  oneBit: "iVBORw0KGgoAAAANSUhEUgAAAAkAAAADAQAAAABpcRjbAAAADklEQVQI12P438AAQgwAFHoD/kGQ4ykAAAAASUVORK5CYII=",
  grayAlpha: "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAQAAABuBnYAAAAAE0lEQVQI12Oc+Z8BBTAxMAyEAADa8QGoO0bMBgAAAABJRU5ErkJggg==",
  jpeg: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAQABADAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAj/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAgJ/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8Ak9K7UgAAB//Z",
  progressive:
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wgALCAAQABABAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAAAEP/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABBQIf/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwIf/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQABPyEf/9oACAEBAAAAEA//xAAUEAEAAAAAAAAAAAAAAAAAAAAg/9oACAEBAAE/EB//2Q==",
};

const bytesOf = (file: keyof typeof files): Buffer => Buffer.from(files[file], "base64");

const decode = (bytes: Uint8Array): string => {
  const { width, height, data } = decodePicture("it", bytes);
  const at = (pixel: number): string => data.subarray(4 * pixel, 4 * pixel + 4).join(" ");
  return `${width} × ${height}: ${at(0)}, …, ${at(width * height - 1)}`;
};

test.each([
  ["palette", "4 × 4: 255 0 0 255, …, 0 255 0 255"], // interlaced, 1 bit
  ["deep", "3 × 2: 0 0 255 255, …, 255 255 255 127"], // 16 bits, half transparent: 127.5
  ["oneBit", "9 × 3: 255 255 255 255, …, 0 0 0 255"],
  ["grayAlpha", "8 × 8: 153 153 153 255, …, 153 153 153 255"],
  ["progressive", "16 × 16: 128 128 128 255, …, 128 128 128 255"],
] as const)("%s is %s", (file, expected) => {
  expect(decode(bytesOf(file))).toBe(expected);
});

test("a JPEG file keeps its color to a step or two", () => {
  const { data } = decodePicture("it", bytesOf("jpeg"));
  [200, 40, 10, 255].forEach((value, channel) => expect(Math.abs(data[channel] - value)).toBeLessThan(3));
});

/** The JPEG file with three components and without JFIF's segment, of which Adobe's or the components' names then say what they are. */
function withoutJfif(...segment: readonly number[]): Buffer {
  const bytes = bytesOf("jpeg");
  const length = bytes.readUInt16BE(4);
  return Buffer.concat([bytes.subarray(0, 2), Buffer.from(segment), bytes.subarray(4 + length)]);
}

const adobe = (transform: number): number[] => [0xff, 0xee, 0, 14, ...Buffer.from("Adobe\0d"), 0, 0, 0, 0, transform];

/** The components called R, G and B. */
function namedRgb(bytes: Buffer): Buffer {
  const [frame, scan] = [bytes.indexOf(Buffer.of(0xff, 0xc0)), bytes.indexOf(Buffer.of(0xff, 0xda))];
  [..."RGB"].forEach((name, index) => {
    bytes[frame + 10 + 3 * index] = name.charCodeAt(0);
    bytes[scan + 5 + 2 * index] = name.charCodeAt(0);
  });
  return bytes;
}

// 200, 40, 10 by JFIF's matrix: lightness 84.4, blue difference 86.0, red difference 210.4
test.each([
  ["Adobe says red, green and blue", withoutJfif(...adobe(0)), [84, 86, 210]],
  ["Adobe says lightness and colors", withoutJfif(...adobe(1)), [200, 40, 10]],
  ["components called R, G and B", namedRgb(withoutJfif()), [84, 86, 210]],
  ["components called R, G and B, in JFIF", namedRgb(bytesOf("jpeg")), [200, 40, 10]],
  ["no word", withoutJfif(), [200, 40, 10]],
])("a JPEG file's components: %s", (_, bytes, expected) => {
  const { data } = decodePicture("it", bytes);
  expected.forEach((value, channel) => expect(Math.abs(data[channel] - value)).toBeLessThan(3));
});

test.each(["palette", "deep", "oneBit", "grayAlpha"] as const)(
  "%s with something behind its end is as without",
  (file) => {
    for (const more of [Buffer.alloc(1), Buffer.from("PK\u0003\u0004 an archive"), bytesOf(file)]) {
      expect(decode(Buffer.concat([bytesOf(file), more]))).toBe(decode(bytesOf(file)));
    }
  },
);

test("a JPEG file with something behind its end is as without", () => {
  expect(decode(Buffer.concat([bytesOf("progressive"), Buffer.from("more")]))).toBe(decode(bytesOf("progressive")));
});

test.each([
  ["nothing", Buffer.alloc(0), "it is empty: expected a PNG or JPEG file."],
  ["text", Buffer.from("hello"), "it is neither PNG nor JPEG: its bytes begin with 68 65 6c 6c. Convert it first."],
  ["no pixels", sized(0, 7), "it says it is 0 × 7: there is nothing in it."],
  ["a bomb", sized(60000, 60000), "it says it is 60000 × 60000, expected at most 25 million pixels."],
  ["a bomb of less than a kilobyte", sized(5000, 5000), "it is damaged: it begins like a PNG file"],
  ["an interlaced bomb", interlacedBomb(), "it is damaged: it begins like a PNG file"],
  ["a JPEG bomb", sizedJpeg(0x2000), "it says it is 8192 × 8192, expected at most 25 million pixels."],
  ["a small JPEG bomb", sizedJpeg(0x1000), "it is damaged: it begins like a JPEG file"],
])("%s is refused before anything large is allocated", (_, bytes, message) => {
  const before = process.memoryUsage().arrayBuffers;
  using read = vi.spyOn(PNG.sync, "read");
  expect(() => decodePicture("it", bytes)).toThrow(message);
  expect(read).not.toHaveBeenCalled();
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 2 ** 20);
});

test.each(["palette", "deep", "oneBit", "grayAlpha"] as const)("%s cut short anywhere is refused", (file) => {
  const bytes = bytesOf(file);
  for (let length = 1; length < bytes.length - 12; length++) {
    expect(() => decodePicture("it", bytes.subarray(0, length)), `at ${length} bytes`).toThrow(UserError);
  }
});

test("random damage gives a picture or one typed error", () => {
  const random = randomGenerator(1);
  for (const file of Object.keys(files) as (keyof typeof files)[]) {
    for (let round = 0; round < 150; round++) {
      const bytes = bytesOf(file);
      for (let change = 0; change <= round % 3; change++) {
        bytes[Math.floor(random.next() * bytes.length)] = Math.floor(random.next() * 256);
      }
      expect(outcome(bytes)).toMatch(/^(a picture|UserError)$/);
    }
  }
});

function outcome(bytes: Uint8Array): string {
  try {
    const { width, height, data } = decodePicture("it", bytes);
    return data.length === width * height * 4 ? "a picture" : `${data.length} numbers for ${width} × ${height}`;
  } catch (error) {
    return (error as Error).name;
  }
}

/** A small PNG whose header says it is larger. */
function sized(width: number, height: number): Buffer {
  const bytes = bytesOf("grayAlpha");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
  return bytes;
}

function sizedJpeg(side: number): Buffer {
  const bytes = bytesOf("progressive");
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc2));
  bytes.writeUInt16BE(side, frame + 5);
  bytes.writeUInt16BE(side, frame + 7);
  return bytes;
}

/** 100 MB of zeros under the name of a picture of 64 × 64. */
function interlacedBomb(): Buffer {
  const header = PNG.sync.write(new PNG({ width: 64, height: 64 })).subarray(0, 33);
  header[28] = 1;
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
  return Buffer.concat([header, chunk("IDAT", deflateSync(Buffer.alloc(100e6))), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
