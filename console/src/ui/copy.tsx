// Text to copy, selectable by hand, with a button that says when it is done.
import { useEffect, useRef, useState } from 'react';
import { announce } from './announce';
import { Button } from './button';
import { Icon } from './icon';

export function CopyText({ label, text }: { label: string; text: string }) {
  const [state, setState] = useState<'idle' | 'done' | 'failed'>('idle');
  const code = useRef<HTMLElement>(null);
  useEffect(() => {
    if (state === 'idle') return;
    const timer = window.setTimeout(() => setState('idle'), 2500);
    return () => window.clearTimeout(timer);
  }, [state]);

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setState('done');
      announce('Copied');
    } catch {
      // Without the clipboard permission: select it, so that the keyboard can.
      const range = document.createRange();
      if (code.current) range.selectNodeContents(code.current);
      getSelection()?.removeAllRanges();
      getSelection()?.addRange(range);
      setState('failed');
      announce('Selected. Press Control and C to copy.');
    }
  };

  const words = { idle: 'Copy', done: 'Copied', failed: 'Press Ctrl+C' }[state];
  return (
    <div className="copy">
      <code ref={code}>{text}</code>
      <Button onPress={copy} aria-label={state === 'idle' ? label : words}>
        <Icon name={state === 'done' ? 'check' : 'copy'} />
        <span className="copy-word">{words}</span>
      </Button>
    </div>
  );
}
