import { UserError } from "@fovea/command-line";
import { bytesPerMoment, checkFormat, encodingOf, type SampleFormat } from "./sample-format.ts";

export interface WavHeader {
  readonly format: SampleFormat;
  /** Where the samples begin. */
  readonly dataStart: number;
  /** Bytes of samples, as the header says: where the writer did not know it is a placeholder, which `openWavFile` and `openStream` see through. */
  readonly dataBytes: number;
}

/** Chunks before the samples: pictures and texts of an editor may be large, but not this large. */
const mostBeforeData = 2 ** 24;
const extensible = 0xfffe;

/** Reads the chunks of a WAV file up to its samples.
 *  @param start the bytes so far
 *  @param isAll whether there are no more
 *  @returns null when more bytes are needed
 *  @throws {UserError} when it is no WAV file, or one of compressed or impossible samples */
export function readWavHeader(who: string, start: Uint8Array, isAll: boolean): WavHeader | null {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const name = (offset: number): string => String.fromCharCode(...start.subarray(offset, offset + 4));
  const more = (what: string): null => {
    if (!isAll) return null;
    throw new UserError(`${who} is cut short: it ends after ${start.length} bytes, before ${what}.`);
  };
  if (start.length < 12 && !isAll) return null;
  if (start.length < 12 || name(0) !== "RIFF" || name(8) !== "WAVE") {
    throw new UserError(`${who} is no WAV file. Convert it: ffmpeg -i <sound> -ar 16000 -ac 1 sound.wav.`);
  }
  let format: SampleFormat | null = null;
  // chunks: name, u32 size, content, and a byte to make the size even
  for (let offset = 12; ;) {
    if (offset > mostBeforeData) throw new UserError(`${who}: no samples within ${mostBeforeData} bytes.`);
    if (offset + 8 > start.length) return more("its samples");
    const size = view.getUint32(offset + 4, true);
    if (name(offset) === "data") {
      if (!format) throw new UserError(`${who} is damaged: its samples come before their format.`);
      return { format, dataStart: offset + 8, dataBytes: size };
    }
    if (name(offset) === "fmt ") {
      if (size < 16) throw new UserError(`${who} is damaged: expected a format of at least 16 bytes, got ${size}.`);
      if (offset + 8 + Math.min(size, 40) > start.length) return more("its format is complete");
      format = readFormat(who, view, offset + 8, size);
    }
    offset += 8 + size + (size % 2);
  }
}

function readFormat(who: string, view: DataView, offset: number, size: number): SampleFormat {
  const tag = view.getUint16(offset, true);
  // an extensible format names the real one in the first two bytes of an identifier
  const realTag = tag === extensible && size >= 40 ? view.getUint16(offset + 24, true) : tag;
  const encoding = encodingOf(realTag);
  if (!encoding) {
    throw new UserError(
      `${who} holds compressed samples (format ${realTag}). Convert it: ffmpeg -i <sound> -c:a pcm_s16le sound.wav.`,
    );
  }
  const format = {
    encoding,
    channels: view.getUint16(offset + 2, true),
    rate: view.getUint32(offset + 4, true),
    bits: view.getUint16(offset + 14, true),
  };
  checkFormat(who, format);
  const moment = view.getUint16(offset + 12, true);
  if (moment !== bytesPerMoment(format)) {
    throw new UserError(
      `${who} is damaged: expected ${bytesPerMoment(format)} bytes for all channels of a moment, got ${moment}.`,
    );
  }
  return format;
}
