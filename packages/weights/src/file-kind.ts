import { WeightFileError, damaged } from "./weight-file-error.ts";

/** What a file is, by the bytes that it begins with: how an error calls it, and what to do with it. */
interface FileKind {
  readonly what: string;
  readonly remedy: string;
}

/** Bytes of text at a place, written as Latin-1. */
interface Mark extends FileKind {
  readonly text: string;
  readonly at?: number;
}

const convert = "Convert it to safetensors with the library that wrote it.";
const openWith = (name: string): string => `Open it with ${name}.`;

/** Formats that weights come in, and what comes in their place. */
const marks: readonly Mark[] = [
  {
    text: "version https://git-lfs",
    what: "a Git LFS pointer",
    remedy: "Run git lfs pull, or download the file itself.",
  },
  { text: "GGUF", what: "a GGUF model", remedy: convert },
  { text: "\x89HDF", what: "an HDF5 file, as Keras writes", remedy: convert },
  { text: "\x93NUMPY", what: "a NumPy array", remedy: convert },
  { text: "PK\x03\x04", what: "a zip archive, as PyTorch, Keras and NumPy write", remedy: convert },
  { text: "\x80\x02", what: "a Python pickle", remedy: convert },
  { text: "\x80\x04", what: "a Python pickle", remedy: convert },
  { text: "\x1f\x8b", what: "a gzip archive", remedy: "Unpack it first." },
  { text: "TFL3", at: 4, what: "a TensorFlow Lite model", remedy: openWith("openTflite") },
  { text: '{"', at: 8, what: "a safetensors file", remedy: openWith("openSafetensors") },
];
const page: FileKind = { what: "an HTML page", remedy: "The address answered with a page: download the file itself." };
const json: FileKind = { what: "JSON", remedy: "Open the model.json of TensorFlow.js with openTfjs." };

/** Bytes that are enough to tell. */
export const kindBytes = 256;

function fileKind(start: Uint8Array): FileKind | null {
  const text = String.fromCharCode(...start.subarray(0, kindBytes));
  const mark = marks.find(({ text: wanted, at = 0 }) => text.startsWith(wanted, at));
  if (mark) return mark;
  const begin = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (/^<(!doctype|html|head|body|\?xml|!--)/i.test(begin)) return page;
  return /^\{\s*"/.test(begin) ? json : null;
}

/** The error for a file that is something else than what was expected: it says what the file is, where its first bytes tell.
 *  @param expected as `a safetensors file`
 *  @param start the first `kindBytes` of the file, or all of it
 *  @param otherwise what to say where the bytes tell nothing */
export function wrongKind(
  file: string,
  expected: string,
  start: Uint8Array,
  { otherwise = "something else", cause }: { readonly otherwise?: string; readonly cause?: unknown } = {},
): WeightFileError {
  const { what, remedy } = fileKind(start) ?? { what: otherwise, remedy: damaged };
  return new WeightFileError({ file, expected, got: what, remedy }, { cause });
}
