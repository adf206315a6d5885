import { UserError } from "@fovea/command-line";

/** How samples are written as bytes, little-endian, the channels of one moment side by side. */
export interface SampleFormat {
  readonly encoding: "integer" | "float" | "alaw" | "mulaw";
  readonly bits: number;
  readonly channels: number;
  /** Moments per second. */
  readonly rate: number;
}

const bitsOf = { integer: [8, 16, 24, 32], float: [32, 64], alaw: [8], mulaw: [8] } as const;
const tagOf = { integer: 1, float: 3, alaw: 6, mulaw: 7 } as const;
const mostChannels = 64;
/** Moments per second; libsamplerate-js takes no more. */
export const lowestRate = 1000;
export const highestRate = 192_000;

export const bytesPerMoment = ({ bits, channels }: SampleFormat): number => (bits / 8) * channels;

/** @param who what the format was read from, for the error
 *  @throws {UserError} for what no recording has: a damaged header shall not ask for memory */
export function checkFormat(who: string, format: SampleFormat): void {
  const { encoding, bits, channels, rate } = format;
  const bitsAllowed: readonly number[] = bitsOf[encoding];
  if (!bitsAllowed.includes(bits)) {
    throw new UserError(`${who}: expected ${encoding} samples of ${bitsAllowed.join(", ")} bits, got ${bits}.`);
  }
  if (channels < 1 || channels > mostChannels) {
    throw new UserError(`${who}: expected 1 to ${mostChannels} channels, got ${channels}.`);
  }
  if (rate < lowestRate || rate > highestRate) {
    throw new UserError(
      `${who}: expected ${lowestRate} to ${highestRate} samples per second, got ${rate}. Convert it: ffmpeg -i <sound> -ar 16000 sound.wav.`,
    );
  }
}

/** The encoding of a WAV file's format tag, or null for one that is compressed. */
export function encodingOf(tag: number): SampleFormat["encoding"] | null {
  const found = Object.entries(tagOf).find(([, value]) => value === tag);
  return found ? (found[0] as SampleFormat["encoding"]) : null;
}

/** The shortest WAV header that says this, for a sound of unknown length. */
export function headerOf(format: SampleFormat): Uint8Array {
  const { encoding, bits, channels, rate } = format;
  const bytes = new Uint8Array(44);
  const view = new DataView(bytes.buffer);
  const write = (offset: number, name: string): void => bytes.set(new TextEncoder().encode(name), offset);
  write(0, "RIFF");
  view.setUint32(4, 0xffffffff, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, tagOf[encoding], true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * bytesPerMoment(format), true);
  view.setUint16(32, bytesPerMoment(format), true);
  view.setUint16(34, bits, true);
  write(36, "data");
  view.setUint32(40, 0xffffffff, true);
  return bytes;
}
