// Nobody is there yet: how a site gets its visitors into this list.
import { useState } from 'react';
import type { Site } from '../api';
import { CopyText } from '../ui/copy';
import { SitePicker } from './site-picker';

export function EmptyVisitors({ sites }: { sites: Site[] }) {
  const [key, setKey] = useState(sites[0]?.key ?? '');
  const tag = `<script async src="${location.origin}/coview.js" data-site="${key}"></script>`;
  return (
    <section className="empty">
      <h2>No visitor is online now</h2>
      <p>
        A visitor appears here when they agree to be seen, ask for help, or show you their code. Is the snippet on your
        site?
      </p>
      {key === '' ? (
        <p>This edge has no site that you may help on. Ask the person who runs it.</p>
      ) : (
        <>
          <div className="empty-step">
            <h3>Put this line into your pages’ head</h3>
            {sites.length > 1 ? <SitePicker sites={sites} value={key} onChange={setKey} required /> : null}
          </div>
          <CopyText label="Copy the line" text={tag} />
          <p className="hint">
            Add <code>data-consent="granted"</code> once your site has the visitor’s consent to be seen online. Sharing
            the page still asks the visitor{sites.length > 1 ? ', unless the site’s settings say otherwise' : ''}.
          </p>
        </>
      )}
    </section>
  );
}
