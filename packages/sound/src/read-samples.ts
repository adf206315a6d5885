import { decoder } from "@audio/decode-wav";
import { headerOf, type SampleFormat } from "./sample-format.ts";

/** Bytes to samples of one channel in [-1, 1], the mean of all channels; what is no number becomes silence.
 *  @param bytes in pieces of any size */
export async function* readSamples(
  bytes: AsyncIterable<Uint8Array>,
  format: SampleFormat,
): AsyncGenerator<Float32Array, void, void> {
  const decoding = decoder();
  decoding.decode(headerOf(format));
  for await (const piece of bytes) {
    // not as the Buffer that streams give, whose `slice` makes no copy: the decoder aligns samples by one
    const { channelData } = decoding.decode(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
    if (channelData.length > 0) yield mixed(channelData);
  }
}

function mixed(channels: readonly Float32Array[]): Float32Array {
  const mix = new Float32Array(channels[0]?.length ?? 0);
  for (let i = 0; i < mix.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i] ?? 0;
    const mean = sum / channels.length;
    mix[i] = Number.isFinite(mean) ? Math.max(-1, Math.min(1, mean)) : 0;
  }
  return mix;
}
