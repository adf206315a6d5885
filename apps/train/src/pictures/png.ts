import { crc32, deflateSync } from "node:zlib";

const signature = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);

/** A gray picture as a PNG file, 8 bits a pixel.
 *  @param pixels `[height, width]`, 0 black to 1 white
 *  @see W3C, "Portable Network Graphics Specification" (third edition), sections 5 and 11 */
export function grayPng(pixels: ArrayLike<number>, width: number, height: number): Uint8Array {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    // every row begins with 0: no filter
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = Math.round(255 * Math.min(1, Math.max(0, pixels[y * width + x])));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits; then gray, deflate, adaptive filters, not interlaced: all 0
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
