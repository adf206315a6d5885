/** A file as it must come: whatever else an address answers is refused. */
export interface DataFile {
  readonly name: string;
  /** Where it is; null for what is nowhere to be had as it is needed. */
  readonly address: string | null;
  readonly bytes: number;
  readonly sha256: string;
}

/** Files that an app reads, in a folder of the set's name. */
export interface DataSet {
  readonly about: string;
  /** The app that reads it, as one starts it. */
  readonly app: string;
  readonly licence: string;
  readonly files: readonly DataFile[];
  /** Small files that are written down here, by name. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What to do where a file has no address. */
  readonly byHand?: string;
}

const raw = "https://raw.githubusercontent.com";
const file = (name: string, address: string | null, bytes: number, sha256: string): DataFile => ({
  name,
  address,
  bytes,
  sha256,
});

const gat = `${raw}/PetarV-/GAT/master`;
const transliteration = `${raw}/OpenNMT/CTranslate2/master/tests/data/models/v2/aren-transliteration`;
const speech = "tensorflow/lite/micro/examples/micro_speech/testdata";

/** All that can be fetched, by name. */
export const dataSets: Readonly<Record<string, DataSet>> = {
  stories260k: {
    about: "a Llama of 260,000 parameters that writes stories, and its tokenizer (karpathy/tinyllamas)",
    app: "npm run stories",
    licence: "MIT",
    files: [
      file(
        "stories260K.bin",
        "https://huggingface.co/karpathy/tinyllamas/resolve/main/stories260K/stories260K.bin",
        1_056_540,
        "b0a507e7ad0f626624f17112325e66691f9076d622e1d3274d103d00299f2696",
      ),
      file(
        "tok512.bin",
        "https://huggingface.co/karpathy/tinyllamas/resolve/main/stories260K/tok512.bin",
        6227,
        "037cb335abb25d1fa9e8ecae30ed2a3a8ace9302862ebcdc05d51a6bbb10c312",
      ),
    ],
  },
  "ct2-aren-transliteration": {
    about: "Arabic names to Latin letters (OpenNMT/CTranslate2), and names to judge it by (google/transliteration)",
    app: "npm run names",
    licence: "MIT; the names Apache-2.0",
    files: [
      file(
        "model.bin",
        `${transliteration}/model.bin`,
        741_720,
        "8870c0c32eb5dcce3f0a004cd5e13383d365d16d905a6f3c8d9732b98a30112d",
      ),
      file(
        "source_vocabulary.txt",
        `${transliteration}/source_vocabulary.txt`,
        160,
        "744aec49e2eb7f89afb2677c79352e073293ec92123780ad3385aa27e58483b9",
      ),
      file(
        "target_vocabulary.txt",
        `${transliteration}/target_vocabulary.txt`,
        107,
        "0bfd1b5e1b52842cff5df18b420df3ca674b51ee447bdd47c6aa907797d9cba4",
      ),
      file(
        "ar2en-test.txt",
        `${raw}/google/transliteration/0e4c1fbdc991679a1c81a9dbbcd4ea316527af31/ar2en-test.txt`,
        33_495,
        "2eb234e4d0848ca426649c792e176138cc1e8606902f627a91f4b2f1014d0dfa",
      ),
    ],
  },
  kwt1: {
    about: "a transformer that hears ten words (ARM-software/keyword-transformer)",
    app: "npm run keywords",
    licence: "Apache-2.0",
    files: [
      file(
        "kwt1.tflite",
        `${raw}/ARM-software/keyword-transformer/ac2d38be0ea6d185ea2ad2176977777233d505d8/models_data_v2_12_labels/kwt1/tflite_non_stream/non_stream.tflite`,
        3_617_784,
        "b7dc15b422494adbdd1b721c4a0f073af36a4d93331e96299512eb1561278327",
      ),
    ],
    texts: { "labels.txt": "_silence_\n_unknown_\nyes\nno\nup\ndown\nleft\nright\non\noff\nstop\ngo" },
  },
  audio: {
    about:
      "a second of yes, no and silence (tensorflow/tflite-micro), and Kennedy's sentence of 1961 (ggml-org/whisper.cpp)",
    app: "npm run keywords, npm run listen",
    licence: "Apache-2.0; the sentence is in the public domain",
    files: [
      file(
        "yes_1000ms.wav",
        `${raw}/tensorflow/tflite-micro/22da5353f346ea20bd6824c92329c69b08b6c248/${speech}/yes_1000ms.wav`,
        32_044,
        "b40e137a9d25bbdf135e03fa0f6bff4696d0bfc203aef8bc73b27c9428ba5a92",
      ),
      file(
        "no_1000ms.wav",
        `${raw}/tensorflow/tflite-micro/a477c99c8c79a9f533330d57fad36ffa68d854d9/${speech}/no_1000ms.wav`,
        32_044,
        "21e2b640385e4a751d480a87ae5a1633a6ff00e838b0e2ad48b22f8034e946d8",
      ),
      file(
        "silence_1000ms.wav",
        `${raw}/tensorflow/tflite-micro/f82a07b3fd62644fe28d70e19d78d1015c419a6a/${speech}/silence_1000ms.wav`,
        32_044,
        "b2149db40d58f46ac63a510bd293bb7a9bf9e379429a79e7c5e3a8d66d55e7f0",
      ),
      file(
        "jfk.wav",
        `${raw}/ggml-org/whisper.cpp/master/samples/jfk.wav`,
        352_078,
        "59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e",
      ),
    ],
  },
  "gat-cora": {
    about: "2708 papers that cite each other, and the weights of graph attention for them (PetarV-/GAT)",
    app: "npm run graph",
    licence: "MIT",
    files: [
      ...(
        [
          ["allx", 257_305, "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"],
          ["ally", 47_959, "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"],
          ["graph", 59_847, "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"],
          ["test.index", 5000, "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"],
          ["tx", 148_025, "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"],
          ["ty", 28_135, "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"],
          ["x", 22_119, "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"],
          ["y", 4054, "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"],
        ] as const
      ).map(([part, bytes, sha256]) => file(`ind.cora.${part}`, `${gat}/data/ind.cora.${part}`, bytes, sha256)),
      file(
        "mod_cora.ckpt.data-00000-of-00001",
        `${gat}/pre_trained/cora/mod_cora.ckpt.data-00000-of-00001`,
        1_108_700,
        "2cd45046edd87654e4b68042eb8b0fa7ffebbb4af088cbf40029fd50c008f578",
      ),
      file(
        "mod_cora.ckpt.index",
        `${gat}/pre_trained/cora/mod_cora.ckpt.index`,
        5337,
        "da5e9aa9109f59c35893295706dd02d9c5068b4ca420f82835974878781e0c7f",
      ),
    ],
  },
  "vit-mnist-tiny": {
    about: "a vision transformer that reads digits (agentzz1/transformer_poc), as safetensors",
    app: "npm run pictures -- --model digits",
    licence: "MIT",
    files: [
      file("mnist_vit.safetensors", null, 45_936, "e53d847bcf4f50242092e5ff4abaf65c7900bfc7a0e0e0a1c17786226bc79746"),
    ],
    byHand:
      `It is published as a PyTorch file only: ${raw}/agentzz1/transformer_poc/ba3fcb4dd85ffa810a8f154da7bb42a7ccb13b89/mnist_vit.pth. ` +
      "With torch and safetensors: save_file(torch.load('mnist_vit.pth', map_location='cpu'), 'mnist_vit.safetensors').",
  },
  "vit-fashion": {
    about: "a vision transformer that knows clothes and shoes, trained on Fashion-MNIST for this project",
    app: "npm run pictures",
    licence: "MIT",
    files: [
      file(
        "vit_fashion.safetensors",
        null,
        561_216,
        "c20d830bbd7bd0b28603d7aabe46599913ba2281ae28dbe649e3db0645087794",
      ),
    ],
    byHand: "It has not been published yet: who has the file puts it there, or names its folder with --weights.",
  },
};
