/** Something about TensorFlow.js itself is not as attention needs it: the message says what was expected, what came, and what to do. */
export class AdapterError extends Error {
  override readonly name = "AdapterError";
}
