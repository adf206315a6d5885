/** How a test writes a WAV file. */
export interface WavOptions {
  readonly rate?: number;
  readonly channels?: number;
  /** Default 16. */
  readonly bits?: 8 | 16 | 24 | 32 | 64;
  readonly float?: boolean;
  /** As recorders with more than two channels do: the format's tag in an identifier. */
  readonly extensible?: boolean;
  /** Bytes between the format and the samples, e.g. a chunk. */
  readonly between?: Uint8Array;
  /** What the header says of the samples' bytes; default: how many there are. */
  readonly dataBytes?: number;
}

/** The bytes of a WAV file whose channels all hold the same samples, written number by number as the format's description says.
 *  @see http://soundfile.sapp.org/doc/WaveFormat/ */
export function wavBytes(samples: ArrayLike<number>, options: WavOptions = {}): Uint8Array {
  const {
    rate = 16_000,
    channels = 1,
    bits = 16,
    float = false,
    extensible = false,
    between = new Uint8Array(),
  } = options;
  const moment = (channels * bits) / 8;
  const data = new Uint8Array(samples.length * moment);
  const view = new DataView(data.buffer);
  for (let i = 0; i < samples.length * channels; i++) {
    const sample = samples[Math.floor(i / channels)] ?? 0;
    const offset = (i * bits) / 8;
    if (float) view[bits === 64 ? "setFloat64" : "setFloat32"](offset, sample, true);
    else if (bits === 8) view.setUint8(offset, 128 + Math.round(sample * 127));
    else if (bits === 16) view.setInt16(offset, Math.round(sample * 32767), true);
    else if (bits === 24) {
      const whole = Math.round(sample * 8388607);
      view.setUint16(offset, whole & 0xffff, true);
      view.setInt8(offset + 2, whole >> 16);
    } else view.setInt32(offset, Math.round(sample * 2147483647), true);
  }
  const tag = float ? 3 : 1;
  const format = new DataView(new ArrayBuffer(extensible ? 40 : 16));
  format.setUint16(0, extensible ? 0xfffe : tag, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, rate, true);
  format.setUint32(8, rate * moment, true);
  format.setUint16(12, moment, true);
  format.setUint16(14, bits, true);
  if (extensible) {
    format.setUint16(16, 22, true);
    format.setUint16(24, tag, true);
  }
  return Buffer.concat([
    text("RIFF"),
    u32(20 + format.byteLength + between.length + data.length),
    text("WAVEfmt "),
    u32(format.byteLength),
    new Uint8Array(format.buffer),
    between,
    text("data"),
    u32(options.dataBytes ?? data.length),
    data,
  ]);
}

const u32 = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
const text = (name: string): Uint8Array => new TextEncoder().encode(name);

/** A tone of half the full scale. */
export function tone(hertz: number, seconds: number, rate = 16_000): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / rate),
  );
}
