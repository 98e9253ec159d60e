// The tool rail: one tool is in the hand, and a tool that is off says why.
import { Toolbar } from 'react-aria-components/Toolbar';
import { Icon } from '../ui/icon';
import { Tip } from '../ui/tip';
import { type Live, type Tool, whyOff } from './live';
import { tools } from './tools';

export function Rail({ live, onTool }: { live: Live; onTool(tool: Tool): void }) {
  return (
    <section className="rail" aria-label="Tools">
      <Toolbar aria-label="Tools" orientation="vertical" className="rail-tools">
        {tools.map(({ tool, name, key, icon }) => {
          const off = whyOff(live, tool);
          return (
            <Tip
              key={tool}
              hint={
                <>
                  {name} <kbd>{key}</kbd>
                  {off ? <small>{off}</small> : null}
                </>
              }
            >
              <button
                type="button"
                aria-label={name}
                aria-keyshortcuts={key}
                aria-pressed={live.tool === tool}
                // Still reachable when off, so that its reason can be read.
                aria-disabled={off !== null}
                aria-description={off ?? undefined}
                onClick={() => {
                  if (off === null) onTool(tool);
                }}
              >
                <Icon name={icon} />
              </button>
            </Tip>
          );
        })}
      </Toolbar>
    </section>
  );
}
