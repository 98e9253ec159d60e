// A short message in the page: what is wrong or worth knowing, and what can be done about it.
import type { ReactNode } from 'react';

interface NoticeProps {
  tone: 'stop' | 'warn' | 'accent';
  children: ReactNode;
  actions?: ReactNode;
  id?: string;
}

export function Notice({ tone, children, actions, id }: NoticeProps) {
  return (
    <div id={id} className={`notice ${tone}`} role={tone === 'stop' ? 'alert' : undefined}>
      <span className="mark" aria-hidden="true" />
      <div className="grow">{children}</div>
      {actions ? <div className="actions">{actions}</div> : null}
    </div>
  );
}
