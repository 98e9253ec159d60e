// The tools in the rail: their names, keys and drawings.
import type { IconName } from '../ui/icon';
import type { Tool } from './live';

export const tools: readonly { tool: Tool; name: string; key: string; icon: IconName }[] = [
  { tool: 'look', name: 'Look', key: 'V', icon: 'look' },
  { tool: 'laser', name: 'Laser pointer', key: 'L', icon: 'laser' },
  { tool: 'highlight', name: 'Highlight an element', key: 'H', icon: 'highlight' },
  { tool: 'control', name: 'Click and type', key: 'C', icon: 'control' },
];

/** The tool a key picks. */
export function toolFor(key: string): Tool | null {
  if (key === 'Escape') return 'look';
  return tools.find((one) => one.key === key.toUpperCase())?.tool ?? null;
}
