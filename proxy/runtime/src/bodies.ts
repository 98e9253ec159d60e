// What scripts send: proxied URLs in it become the real ones, so that a server reads what it would read without us.
import type { Addresses } from './addresses';
import { safely } from './patch';

/** A body, mapped where it is text. */
export function realBody(to: Addresses, body: unknown): unknown {
  return safely(body, (given) => {
    if (typeof given === 'string') return to.texts.real(given);
    if (!(given instanceof URLSearchParams)) return given;
    const text = given.toString();
    const real = to.texts.real(text);
    return real === text ? given : new URLSearchParams(real);
  });
}
