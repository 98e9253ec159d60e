// A link between pages of the console: a real link that opens without loading the page again. A click that `onClick`
// prevents stays here.
import type { AnchorHTMLAttributes } from 'react';
import { navigate, opensHere } from '../router';

export interface PageLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
}

export function PageLink({ to, children, onClick, ...rest }: PageLinkProps) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        onClick?.(event);
        if (event.defaultPrevented || !opensHere(event)) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
