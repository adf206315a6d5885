/** Something the WebAssembly backend cannot do: out of memory, a disposed tensor or backend, a worker that died, an option that makes no sense. */
export class BackendError extends Error {
  override readonly name = "BackendError";
}
