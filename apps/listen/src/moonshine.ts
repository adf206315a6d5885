import { operationsOf, type Backend } from "@fovea/dot-product-attention";
import { rotaryTables, rotaryTransform } from "@fovea/embedding";
import type { Tensor } from "@fovea/tensor";
import { createDecoder, createEncoder, type DecoderSession, type SessionOptions } from "@fovea/transformer";
import { openModelFile } from "./model-files.ts";
import { readDecoder, readEncoder, sizes } from "./moonshine-weights.ts";
import { createSoundVectors } from "./sound-vectors.ts";

/** Begins and ends every text. */
export const [textStart, textEnd] = [1, 2];
/** Vectors for sound of 40 s: what rotary positions are made for. */
const positions = 2048;

/** The model, its weights where the backend computes. */
export interface Moonshine {
  /** @param samples 16 kHz, in [-1, 1], at least `fewestSamples`
   *  @returns what the encoder makes of it, `[1, tokens, dim]`, plain */
  encode(samples: Float32Array): Tensor;
  /** A session that is fed token ids and says how likely each is to come next.
   *  @param memory what `encode` gave
   *  @param observe sees what each layer computed */
  open(memory: Tensor, observe?: SessionOptions["observe"]): DecoderSession;
  dispose(): void;
}

/** Reads the weights out of `encoder_model.onnx` and `decoder_model_merged.onnx`.
 *  @throws {UserError} naming the file that is missing, damaged or of another model */
export async function openMoonshine(folder: string, backend: Backend): Promise<Moonshine> {
  const { sound, encoder: encoderWeights } = await openModelFile(folder, "encoder_model.onnx", readEncoder);
  const decoderWeights = await openModelFile(folder, "decoder_model_merged.onnx", readDecoder);
  const positionTransform = rotaryTransform(rotaryTables({ positions, rotaryDim: sizes.rotaryDim }));
  const attention = { heads: sizes.heads, positionTransform };
  const soundVectors = createSoundVectors(sound, backend);
  const encoder = createEncoder(encoderWeights, { attention: { ...attention, mask: null }, backend });
  const decoder = createDecoder(decoderWeights, { attention, backend });
  const operations = operationsOf(backend);
  return {
    encode: (samples) => operations.scope(() => encoder.encodeVectors(soundVectors.vectorsOf(samples))),
    open: (memory, observe) => decoder.open({ memory, ...(observe && { observe }) }),
    dispose() {
      soundVectors.dispose();
      encoder.dispose();
      decoder.dispose();
    },
  };
}
