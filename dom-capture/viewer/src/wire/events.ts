// Named events with typed values. A listener that throws disturbs nobody else.

/** Events by name, each with the type of its value. */
export class Emitter<E extends object> {
  private readonly listeners = new Map<keyof E, Set<(value: never) => void>>();

  /** @param failed is told when a listener throws. */
  constructor(private readonly failed: (error: unknown) => void) {}

  /** Calls `listener` for each event called `name`, until the returned function is called. */
  on<K extends keyof E>(name: K, listener: (value: E[K]) => void): () => void {
    let set = this.listeners.get(name);
    if (!set) {
      set = new Set();
      this.listeners.set(name, set);
    }
    const own = (value: E[K]): void => listener(value); // the same function may listen twice
    set.add(own);
    return () => {
      set.delete(own);
    };
  }

  /** True if anybody listens. */
  heard(name: keyof E): boolean {
    return (this.listeners.get(name)?.size ?? 0) > 0;
  }

  emit<K extends keyof E>(name: K, value: E[K]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (value: E[K]) => void)(value); // `on` put it under its own name
      } catch (error) {
        this.failed(error);
      }
    }
  }
}
