// Putting our functions in the place of the browser's: name, length, enumerability stay, and `toString` reads native.
// Platform functions are taken once, when the shim starts, and called by `Reflect.apply`; of the language itself
// (strings, arrays, maps) the page's own is used: pages polyfill those to the standard, not away.

// biome-ignore lint/suspicious/noExplicitAny: the browser's functions are handled by name, whatever their types
export type Fn = (...args: any[]) => any;
type Realm = typeof globalThis;

const { construct } = Reflect;
/** The natives are called by this. */
export const { apply } = Reflect;
const describe = Object.getOwnPropertyDescriptor;
const define = Object.defineProperty;

/** Calls a native function. */
export const call = <T = unknown>(fn: Fn, self: unknown, ...args: unknown[]): T => apply(fn, self, args) as T; // the caller knows the type

/** What stands in for a native: gets it, the receiver and the arguments. */
export type Stand = (native: Fn, self: unknown, args: unknown[]) => unknown;

const texts = new WeakMap<Fn, string>();
let functionText: Fn = Function.prototype.toString;

/** Makes `toString` of what is patched read as before. */
export function hidePatches(realm: Realm): void {
  functionText = realm.Function.prototype.toString;
  const native = functionText;
  patchMethod(realm.Function.prototype, 'toString', (_, self) => {
    const text = typeof self === 'function' ? texts.get(self as Fn) : undefined; // just tested
    return text ?? apply(native, self, []);
  });
}

function disguise(fn: Fn, native: Fn): Fn {
  define(fn, 'length', { value: native.length, configurable: true });
  define(fn, 'name', { value: native.name, configurable: true });
  texts.set(fn, apply(functionText, native, []) as string); // it gives a string
  return fn;
}

// A method's shorthand makes a function without `prototype` that `new` refuses, as natives are.
const standIn = (native: Fn, stand: Stand): Fn =>
  disguise(
    {
      fn(this: unknown, ...args: unknown[]): unknown {
        return stand(native, this, args);
      },
    }.fn,
    native,
  );

const descriptor = (owner: object | undefined, name: string): PropertyDescriptor | undefined =>
  owner && describe(owner, name);

/** Replaces a method, where the browser has it. */
export function patchMethod(owner: object | undefined, name: string, stand: Stand): void {
  const found = descriptor(owner, name);
  if (!owner || typeof found?.value !== 'function' || !found.configurable) return;
  define(owner, name, { ...found, value: standIn(found.value, stand) });
}

/** Replaces an accessor's halves, where the browser has them. */
export function patchAccessor(owner: object | undefined, name: string, halves: { get?: Stand; set?: Stand }): void {
  const found = descriptor(owner, name);
  if (!owner || !found?.configurable) return;
  const changed = { ...found };
  if (halves.get && found.get) changed.get = standIn(found.get, halves.get);
  if (halves.set && found.set) changed.set = standIn(found.set, halves.set);
  define(owner, name, changed);
}

/** Replaces what `new` of a global makes; statics, prototype and subclassing stay. */
export function patchConstructor(
  realm: object,
  name: string,
  stand: (make: (args: unknown[]) => object, args: unknown[]) => object,
): void {
  const found = descriptor(realm, name);
  const native: Fn | undefined = found?.value;
  if (!found || typeof native !== 'function') return;
  const patched: Fn = new Proxy(native, {
    construct: (target, args: unknown[], newTarget: Fn) =>
      stand((given) => construct(target, given, newTarget === patched ? target : newTarget) as object, args), // so it does
  });
  texts.set(patched, apply(functionText, native, []) as string); // it gives a string
  define(realm, name, { ...found, value: patched });
  const own = descriptor(native.prototype, 'constructor');
  if (own?.configurable) define(native.prototype, 'constructor', { ...own, value: patched });
}

/** Puts a value where a native one was, invisible to enumeration as before. */
export function replaceValue(owner: object, name: string, get: () => unknown): void {
  const found = descriptor(owner, name);
  if (!found?.configurable) return;
  if (!found.get) define(owner, name, { ...found, value: get() });
  else define(owner, name, { ...found, get: standIn(found.get, () => get()) });
}

/** Takes a global away. */
export function remove(owner: object, name: string): void {
  if (descriptor(owner, name)?.configurable) delete (owner as Record<string, unknown>)[name]; // looked up by name
}

export const getterOf = (owner: object | undefined, name: string): Fn | undefined => descriptor(owner, name)?.get;
export const setterOf = (owner: object | undefined, name: string): Fn | undefined => descriptor(owner, name)?.set;
export const methodOf = (owner: object | undefined, name: string): Fn | undefined => {
  const value: unknown = descriptor(owner, name)?.value;
  return typeof value === 'function' ? (value as Fn) : undefined; // just tested
};

/** Runs a mapping that must not reach the page when it fails: then the page's own value is used. */
export function safely<T>(value: T, map: (value: T) => T): T {
  try {
    return map(value);
  } catch {
    return value;
  }
}
