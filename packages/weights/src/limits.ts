/** Weights, nodes and entries of metadata that a file may list. A few bytes of a file become an object of hundreds in memory, so what reading takes would
 *  not be bounded by the file; the largest models have some ten thousand weights a file. */
export const maxEntries = 100_000;

/** Bytes of JSON that describe the weights, of safetensors or a model.json: a hundred thousand weights take some 12 MB. (safetensors itself allows 100 MB,
 *  which JSON.parse makes gigabytes of.) */
export const maxHeaderBytes: number = 32 * 2 ** 20;
