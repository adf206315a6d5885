/** What is used of Node's worker_threads. */
export interface NodeWorkerThreads {
  readonly workerData: unknown;
  readonly Worker: new (
    source: string | URL,
    options: { readonly eval: boolean; readonly workerData: unknown; readonly execArgv: readonly string[] },
  ) => {
    on(event: "error" | "exit", listener: () => void): void;
    unref(): void;
    terminate(): Promise<number>;
  };
}

/** A module of Node's own, or null where there is no Node: no import that a bundler or browser would have to resolve. */
export function nodeModule<T>(name: string): T | null {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return (process?.getBuiltinModule?.(name) ?? null) as T | null;
}
