// Who is there, who asks for help, and the two ways in: a click or the visitor's code.
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Input, Label, SearchField } from 'react-aria-components/SearchField';
import { getVisitors, type Me, type Visitor } from '../api';
import { ApiError } from '../api/http';
import { type Live, useLive } from '../api/use-live';
import { join, joinWithCode } from '../join';
import { OpenSite } from '../proxied/open-site';
import { Button } from '../ui/button';
import { CodeInput } from '../ui/code-input';
import { Icon } from '../ui/icon';
import { useKeys } from '../ui/keys';
import { Notice } from '../ui/notice';
import { useSettled } from '../ui/settled';
import { EmptyVisitors } from '../visitors/empty';
import { HelpBanner } from '../visitors/help-banner';
import { SitePicker } from '../visitors/site-picker';
import { VisitorTable } from '../visitors/table';

/** How long typing rests before the search is asked. */
const SETTLE_MS = 150;

/** Answers about a visitor who is not known, or not here any more. */
const GONE = [404, 409];

/** The id of the words about a wrong code. */
const CODE_ERROR = 'code-error';

export function VisitorsPage({ me, all }: { me: Me; all: Live<Visitor[]> }) {
  const [search, setSearch] = useState('');
  const [site, setSite] = useState('');
  const wanted = useSettled(search.trim(), SETTLE_MS);
  const asks = wanted !== '' || site !== '';
  const found = useLive(asks ? JSON.stringify([wanted, site]) : null, (signal) => getVisitors(wanted, site, signal));
  const shown = asks ? found : all;
  const joining = useJoin();
  const code = useCode();
  const online = all.data?.filter((visitor) => visitor.online).length;

  useEffect(() => {
    document.title = online === undefined ? 'Visitors · Coview' : `Visitors (${online}) · Coview`;
  }, [online]);

  return (
    <>
      <div className="top">
        <h1 tabIndex={-1}>Visitors</h1>
        <span className={`pill ${online ? 'live' : ''}`}>
          {online === undefined ? 'counting…' : `${online} online`}
        </span>
        <span className="grow" />
        {me.edge.proxy ? <OpenSite sites={me.sites} /> : null}
        {me.sites.length > 1 ? <SitePicker sites={me.sites} value={site} onChange={setSite} /> : null}
        <Search value={search} onChange={setSearch} />
        <CodeInput
          label="Visitor’s code"
          value={code.value}
          busy={code.busy}
          error={code.error ? CODE_ERROR : null}
          onChange={code.change}
          onComplete={code.send}
        />
      </div>
      {code.error ? (
        <Notice id={CODE_ERROR} tone="stop">
          {code.error}
        </Notice>
      ) : null}
      {joining.error ? (
        <Notice
          tone="stop"
          actions={
            <Button look="quiet" onPress={joining.forget}>
              Close
            </Button>
          }
        >
          {joining.error}
        </Notice>
      ) : null}
      <HelpBanner visitors={all.data ?? []} onHelp={joining.start} busy={joining.busy} />
      {shown.error ? (
        <Notice tone="warn" actions={<Button onPress={shown.reload}>Try again</Button>}>
          {shown.data ? 'This list may be out of date. ' : ''}
          {shown.error.message}
        </Notice>
      ) : null}
      <List
        visitors={shown.data}
        failed={shown.error !== null}
        empty={
          asks ? (
            <NothingFound
              words={wanted}
              onClear={() => {
                setSearch('');
                setSite('');
              }}
            />
          ) : (
            <EmptyVisitors sites={me.sites} />
          )
        }
      >
        {(visitors) => <VisitorTable visitors={visitors} sites={me.sites} onJoin={joining.start} busy={joining.busy} />}
      </List>
    </>
  );
}

interface ListProps {
  visitors: Visitor[] | null;
  failed: boolean;
  empty: ReactNode;
  children(visitors: Visitor[] | null): ReactNode;
}

function List({ visitors, failed, empty, children }: ListProps) {
  if (visitors === null) return failed ? null : children(null);
  return visitors.length === 0 ? empty : children(visitors);
}

/** The join in progress: which visitor, and why the last one failed. */
function useJoin() {
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const start = async ({ id, session }: Visitor): Promise<void> => {
    setBusy(id);
    setError(null);
    try {
      await join(id, session?.id);
    } catch (cause) {
      setBusy(null);
      setError(cause instanceof ApiError && GONE.includes(cause.status) ? 'This visitor has just left.' : words(cause));
    }
  };
  return { busy, error, start, forget: () => setError(null) };
}

function Search({ value, onChange }: { value: string; onChange(value: string): void }) {
  const input = useRef<HTMLInputElement>(null);
  useKeys((key) => {
    if (key !== '/') return false;
    input.current?.focus();
    return true;
  });
  return (
    <SearchField className="search" value={value} onChange={onChange}>
      <Label className="sr-only">Search visitors</Label>
      <Icon name="search" />
      <Input ref={input} placeholder="Name, email, #tag, page…" />
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a kbd takes no focus */}
      <kbd aria-hidden="true">/</kbd>
      <Button look="quiet" className="clear" aria-label="Clear the search">
        <Icon name="close" />
      </Button>
    </SearchField>
  );
}

/** The code being typed: sent when complete, emptied when it was wrong. */
function useCode() {
  const [value, setValue] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const send = async (digits: string): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await joinWithCode(digits);
    } catch (cause) {
      setBusy(false);
      setValue('');
      setError(codeWords(cause));
    }
  };
  const change = (digits: string): void => {
    setValue(digits);
    if (digits !== '') setError(null);
  };
  return { value, busy, error, change, send };
}

function codeWords(cause: unknown): string {
  if (!(cause instanceof ApiError)) return words(cause);
  if (cause.status === 429) return 'Too many codes were wrong. Wait a little, then try again.';
  if (cause.status >= 400 && cause.status < 500 && cause.status !== 401) {
    return 'This code does not work: it was mistyped, used already, or is too old. Ask for a new one.';
  }
  return cause.message;
}

function NothingFound({ words: sought, onClear }: { words: string; onClear(): void }) {
  return (
    <div className="blank" role="status">
      <h2>{sought === '' ? 'Nobody on this site now' : `Nobody matches “${sought}”`}</h2>
      <p>Names, emails, ids, #tags and page addresses are searched.</p>
      <Button onPress={onClear}>Show everyone</Button>
    </div>
  );
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'Something went wrong.';
}
