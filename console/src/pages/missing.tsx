// An address that names no page.
import { useEffect } from 'react';
import { paths } from '../paths';
import { PageLink } from '../ui/link';

export function MissingPage() {
  useEffect(() => {
    document.title = 'Not found · Coview';
  }, []);
  return (
    <div className="blank">
      <h1 tabIndex={-1}>There is no such page</h1>
      <p>The address may be mistyped, or the page has moved.</p>
      <PageLink className="btn primary" to={paths.visitors}>
        Go to visitors
      </PageLink>
    </div>
  );
}
