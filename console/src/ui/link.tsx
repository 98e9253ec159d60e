// A link between pages of the console: a real link that opens without loading the page again.
import type { AnchorHTMLAttributes } from 'react';
import { navigate, opensHere } from '../router';

export interface PageLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
}

export function PageLink({ to, children, ...rest }: PageLinkProps) {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.defaultPrevented || !opensHere(event)) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}
