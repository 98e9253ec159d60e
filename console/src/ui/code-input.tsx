// The six digits a visitor reads out: one real input, drawn as six cells, sent by itself when complete.
import { useId, useRef } from 'react';

const LENGTH = 6;

interface CodeInputProps {
  value: string;
  onChange(value: string): void;
  onComplete(code: string): void;
  label: string;
  busy: boolean;
  /** The id of the words that say what was wrong with the last code. */
  error: string | null;
}

export function CodeInput({ value, onChange, onComplete, label, busy, error }: CodeInputProps) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (text: string): void => {
    const digits = text.replace(/\D/g, '').slice(0, LENGTH);
    onChange(digits);
    if (digits.length === LENGTH && digits !== value) onComplete(digits);
  };
  return (
    <div className="code-field">
      <label htmlFor={id}>{label}</label>
      <div className={`code${error ? ' wrong' : ''}${busy ? ' busy' : ''}`}>
        <input
          ref={input}
          id={id}
          value={value}
          inputMode="numeric"
          autoComplete="off"
          spellCheck={false}
          // Longer than the code, so that "407 123" can be pasted whole.
          maxLength={32}
          readOnly={busy}
          aria-invalid={error !== null}
          aria-describedby={error ?? undefined}
          onChange={(event) => take(event.target.value)}
          onSelect={() => input.current?.setSelectionRange(LENGTH, LENGTH)}
        />
        {Array.from({ length: LENGTH }, (_, place) => {
          const digit = value[place];
          const next = place === Math.min(value.length, LENGTH - 1);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
            <i key={place} aria-hidden="true" className={[digit ? 'on' : '', next ? 'next' : ''].join(' ')}>
              {digit ?? ''}
            </i>
          );
        })}
      </div>
    </div>
  );
}
