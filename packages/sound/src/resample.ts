/** Samples per second that the model listens to. */
export const sampleRate = 16_000;
/** Zeros after the end: they push out what the filter still holds, about 50 samples. */
const tail = 0.02;
/** libsamplerate-js takes at most 4 MB at once. */
const mostAtOnce = 2 ** 18;

/** Changes the sampling rate by libsamplerate's windowed sinc of medium quality: what lies above half of the new rate is 120 dB down.
 *  @param rate samples per second that come
 *  @returns 16 kHz, of the same length to a sample */
export async function* resampled(
  sound: AsyncIterable<Float32Array>,
  rate: number,
): AsyncGenerator<Float32Array, void, void> {
  if (rate === sampleRate) return yield* sound;
  const { create, ConverterType } = (await import("@alexanderolsen/libsamplerate-js")).default;
  const converter = await create(1, rate, sampleRate, { converterType: ConverterType.SRC_SINC_MEDIUM_QUALITY });
  let [came, went] = [0, 0];
  try {
    for await (const samples of sound) {
      came += samples.length;
      for (let first = 0; first < samples.length; first += mostAtOnce) {
        const out = converter.full(samples.subarray(first, first + mostAtOnce)).slice();
        went += out.length;
        yield out;
      }
    }
    const rest = converter.full(new Float32Array(Math.ceil(tail * rate)));
    yield rest.slice(0, Math.max(0, Math.round((came * sampleRate) / rate) - went));
  } finally {
    converter.destroy();
  }
}
