// The applications that are used directly and through the proxy.
import type { Kind } from './app.ts';
import { django } from './django.ts';
import { jupyter } from './jupyter.ts';
import { nodeRed } from './node-red.ts';
import { sqliteWeb } from './sqlite-web.ts';
import { swagger } from './swagger.ts';
import { tiddlywiki } from './tiddlywiki.ts';

export const applications: Kind[] = [django, sqliteWeb, tiddlywiki, nodeRed, jupyter, swagger];
