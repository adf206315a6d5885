/** What the segments of a JPEG file say of its pixels before they come. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** Whether three components are red, green and blue as they stand, and not lightness and two colors. */
  readonly isRgb: boolean;
  /** How the camera was held, 1 (upright) to 8, as EXIF counts. */
  readonly orientation: number;
}

const [startOfScan, jfif, exif, adobe] = [0xda, 0xe0, 0xe1, 0xee];
/** Frames have the markers C0 to CF, without three others. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** Reads the segments, which stand one behind the other, each with its length, up to the pixels.
 *  @throws {RangeError} when they end before these */
export function readJpegHeader(bytes: Uint8Array): JpegHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to));
  let [width, height, components, orientation, hasJfif] = [0, 0, "", 1, false];
  let transform: number | null = null;
  for (let start = 2; ;) {
    const marker = view.getUint8(start + 1);
    if (marker === 0xff) {
      start += 1; // padding
      continue;
    }
    if (marker === startOfScan) break;
    const content = start + 4;
    if (isFrame(marker)) {
      [height, width] = [view.getUint16(content + 1), view.getUint16(content + 3)];
      const count = view.getUint8(content + 5);
      components = Array.from({ length: count }, (_, i) => text(content + 6 + 3 * i, content + 7 + 3 * i)).join("");
    } else if (marker === jfif && text(content, content + 5) === "JFIF\0") hasJfif = true;
    else if (marker === adobe && text(content, content + 5) === "Adobe") transform = view.getUint8(content + 11);
    else if (marker === exif && text(content, content + 6) === "Exif\0\0") {
      orientation = exifOrientation(bytes.subarray(content + 6, start + 2 + view.getUint16(start + 2)));
    }
    start += 2 + view.getUint16(start + 2);
  }
  // as libjpeg decides: Adobe's marker says; JFIF has lightness and colors; else the components' names may say
  const isRgb = components.length === 3 && !hasJfif && (transform === null ? components === "RGB" : transform === 0);
  return { width, height, isRgb, orientation };
}

/** The tag 0x0112 of the first directory of a TIFF header, or 1 where there is none that makes sense. */
function exifOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return 1;
  const isLittle = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let entry = directory + 2; entry < directory + 2 + 12 * count && entry + 12 <= tiff.length; entry += 12) {
    if (view.getUint16(entry, isLittle) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, isLittle);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
