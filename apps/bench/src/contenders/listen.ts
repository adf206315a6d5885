import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWasmBackend } from "@fovea/backend-wasm";
import { findData } from "@fovea/command-line";
import { modelFolder } from "@fovea/listen/src/model-files.ts";
import { openMoonshine, textEnd, textStart } from "@fovea/listen/src/moonshine.ts";
import { allSamples, openWavFile } from "@fovea/sound";
import type * as Native from "onnxruntime-node";
import type { Prepared } from "../prepared.ts";

/** Speech to text by Moonshine, as apps/listen does it. */
export interface ListenWork {
  readonly runtime: "fovea" | "onnxruntime-node" | "onnxruntime-web";
  /** Everything from samples to tokens, or one step of the decoder: the mean of all but the first. */
  readonly part: "whole" | "step";
  readonly threads: number;
}

/** The two halves of the model: what depends on the runtime. */
interface Model {
  encode(samples: Float32Array): Promise<unknown>;
  /** @returns what gives the logits that follow a token */
  open(memory: unknown): { feed(token: number): Promise<ArrayLike<number>>; dispose(): void };
}

/** A bound that no recording here comes near. */
const maximumTokens = 100;

export async function prepareListen({ runtime, part, threads }: ListenWork): Promise<Prepared> {
  const samples = await recording();
  const model = await (runtime === "fovea" ? loadFovea(threads) : loadOnnxRuntime(runtime, threads));
  let tokens: number[] = [];
  return {
    run: async () => {
      const memory = await model.encode(samples);
      const { feed, dispose } = model.open(memory);
      tokens = [];
      let token = likeliest(await feed(textStart));
      const begun = performance.now();
      while (token !== textEnd && tokens.length < maximumTokens) {
        tokens.push(token);
        token = likeliest(await feed(token));
      }
      const step = (performance.now() - begun) / tokens.length;
      dispose();
      return part === "step" ? step : undefined;
    },
    check: () => tokens,
  };
}

/** Kennedy's sentence of 11 s where it has been fetched, else the one that comes with the app. */
async function recording(): Promise<Float32Array> {
  const folder = findData("audio", "jfk.wav");
  const own = fileURLToPath(import.meta.resolve("@fovea/listen/sound/sample.wav"));
  return allSamples(await openWavFile(folder === null ? own : join(folder, "jfk.wav")));
}

async function loadFovea(threads: number): Promise<Model> {
  const backend = createWasmBackend({ threads });
  await backend.startThreads();
  const model = await openMoonshine(modelFolder(), backend);
  return {
    encode: (samples) => Promise.resolve(model.encode(samples)),
    open(memory) {
      const session = model.open(memory as ReturnType<typeof model.encode>);
      return {
        feed: (token) => Promise.resolve(session.feed([[token]]).data),
        dispose: () => session.dispose(),
      };
    },
  };
}

/** The same weights in onnxruntime, whose products of integers take activations in 8 bits. */
async function loadOnnxRuntime(name: "onnxruntime-node" | "onnxruntime-web", threads: number): Promise<Model> {
  const runtime = (await import(name)) as typeof Native & { readonly env: { readonly wasm?: { numThreads?: number } } };
  if (runtime.env.wasm) runtime.env.wasm.numThreads = threads;
  const options = {
    executionProviders: [name === "onnxruntime-node" ? "cpu" : "wasm"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  } as const;
  const load = async (file: string): Promise<Native.InferenceSession> =>
    runtime.InferenceSession.create(new Uint8Array(await readFile(join(modelFolder(), file))), options);
  const [encoder, decoder] = [await load("encoder_model.onnx"), await load("decoder_model_merged.onnx")];
  const { Tensor } = runtime;
  return {
    async encode(samples) {
      const { last_hidden_state: memory } = await encoder.run({
        input_values: new Tensor("float32", samples, [1, samples.length]),
      });
      return memory;
    },
    open(memory) {
      const past: Record<string, Native.Tensor> = {};
      for (const input of decoder.inputNames) {
        if (input.startsWith("past")) past[input] = new Tensor("float32", [], [0, 8, 1, 36]);
      }
      let fed = 0;
      return {
        async feed(token) {
          const outputs = await decoder.run({
            ...past,
            input_ids: new Tensor("int64", [BigInt(token)], [1, 1]),
            encoder_hidden_states: memory as Native.Tensor,
            use_cache_branch: new Tensor("bool", [fed > 0]),
          });
          for (const [output, tensor] of Object.entries(outputs)) {
            // keys and values of the sound are computed in the first step alone
            if (output.startsWith("present") && (fed === 0 || !output.includes("encoder")))
              past[output.replace("present", "past_key_values")] = tensor;
          }
          fed += 1;
          return outputs["logits"].data as Float32Array;
        },
        dispose: () => {},
      };
    },
  };
}

function likeliest(logits: ArrayLike<number>): number {
  let best = 0;
  for (let token = 1; token < logits.length; token++) if (logits[token] > logits[best]) best = token;
  return best;
}
