// Co-browsing on a site that has no snippet: an address becomes a link for the visitor, and the session opens when they
// have come.
import { type FormEvent, useId, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components/Modal';
import { Switch } from 'react-aria-components/Switch';
import { FieldError, Input, Label, TextField } from 'react-aria-components/TextField';
import { openSite, type ProxySession, type Site } from '../api';
import { ApiError } from '../api/http';
import { Button } from '../ui/button';
import { Icon } from '../ui/icon';
import { SitePicker } from '../visitors/site-picker';
import { addressOf } from './address';
import { WaitForVisitor } from './wait';

export function OpenSite({ sites }: { sites: Site[] }) {
  const [open, setOpen] = useState(false);
  const [made, setMade] = useState<ProxySession | null>(null);
  const close = (): void => {
    setOpen(false);
    setMade(null);
  };
  return (
    <>
      <Button onPress={() => setOpen(true)}>
        <Icon name="globe" />
        Co-browse any site
      </Button>
      {/* A link that was sent is not lost by a click beside the dialog. */}
      <ModalOverlay
        className="veil"
        isOpen={open}
        isDismissable={made === null}
        isKeyboardDismissDisabled={made !== null}
        onOpenChange={(now) => (now ? undefined : close())}
      >
        <Modal className="modal wide">
          <Dialog className="dialog">
            <Heading slot="title">{made ? 'Send this link to your visitor' : 'Co-browse any site'}</Heading>
            {made ? (
              <WaitForVisitor made={made} onClose={close} onAgain={() => setMade(null)} />
            ) : (
              <Ask sites={sites} onMade={setMade} onClose={close} />
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

interface AskProps {
  sites: Site[];
  onMade(made: ProxySession): void;
  onClose(): void;
}

function Ask({ sites, onMade, onClose }: AskProps) {
  const [text, setText] = useState('');
  const [site, setSite] = useState(sites[0]?.key ?? '');
  const [control, setControl] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const siteWords = useId();

  const make = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const url = addressOf(text);
    if (url === null) return setError('This is not the address of a web page. One looks like example.com/help.');
    setBusy(true);
    setError(null);
    try {
      onMade(await openSite(url, site, control));
    } catch (cause) {
      setBusy(false);
      setError(words(cause));
    }
  };
  return (
    <form className="open-site" onSubmit={make} noValidate>
      <p className="dialog-text">
        For sites without Coview. Your visitor gets a link, is asked, and sees the site in their own browser, by way of
        this edge.
      </p>
      <TextField
        className="field"
        value={text}
        onChange={(now) => {
          setText(now);
          setError(null);
        }}
        isInvalid={error !== null}
        autoFocus
        inputMode="url"
        autoComplete="off"
        spellCheck="false"
      >
        <Label>Address of the page</Label>
        <Input placeholder="example.com/help" dir="ltr" />
        <FieldError>{error}</FieldError>
      </TextField>
      {sites.length > 1 ? (
        <div className="field-row">
          <span id={siteWords}>On behalf of</span>
          <SitePicker sites={sites} value={site} onChange={setSite} required />
        </div>
      ) : null}
      <Switch isSelected={control} onChange={setControl} className="switch">
        <span className="track" aria-hidden="true" />
        Also ask to click and type
      </Switch>
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isDisabled={busy || text.trim() === ''}>
          Make a link
        </Button>
      </div>
    </form>
  );
}

function words(cause: unknown): string {
  if (!(cause instanceof ApiError)) return cause instanceof Error ? cause.message : 'Something went wrong.';
  switch (cause.status) {
    case 400:
      return 'The edge does not take this for the address of a web page.';
    case 403:
      return 'This edge does not open that site: whoever runs it has not allowed it.';
    case 404:
      return 'This edge cannot open other sites: whoever runs it has not set that up.';
    case 503:
      return 'Too many sites are open on this edge now. Try again in a few minutes.';
    default:
      return cause.message;
  }
}
