// All checks, in the order in which they run: the sign-in comes first and holds for the rest.
import { frames } from './frames.ts';
import type { Check } from './kit.ts';
import { loads } from './loads.ts';
import { sessions } from './sessions.ts';
import { trees } from './trees.ts';
import { ways } from './ways.ts';

export const checks: Check[] = [...sessions, ...loads, ...ways, ...trees, ...frames];
