// Outcomes as words. Everything an agent reads about ends, refusals and results stands here.
import type { EndName, Outcome, RefusedName } from '@coview/agent';
import { firstName } from '../people';

/** Why a session ended, as a title and a sentence. */
export interface Ending {
  title: string;
  words: string;
  /** The visitor is probably still there, so asking again makes sense. */
  again: boolean;
}

const NOT_SHARED = 'Nothing of the page was shared.';

export function ending(reason: EndName, visitor: string, mine: { byMe: boolean; shared: boolean }): Ending {
  const name = firstName(visitor) || 'The visitor';
  switch (reason) {
    case 'stopped':
      return { title: `${name} stopped sharing`, words: 'The page is no longer shared with anybody.', again: true };
    case 'agentEnded':
      return byAgent(name, mine);
    case 'left':
      return {
        title: `${name} left`,
        words: 'The page was closed, or its connection did not come back.',
        again: false,
      };
    case 'declined':
      return {
        title: `${name} said not now`,
        words: `${NOT_SHARED} You can ask again when they are ready.`,
        again: true,
      };
    case 'noAnswer':
      return {
        title: `${name} did not answer`,
        words: `${NOT_SHARED} The question is gone from their page.`,
        again: true,
      };
    case 'idle':
      return { title: 'The session timed out', words: 'Nothing happened in it for a long time.', again: true };
    case 'edgeStopping':
      return STOPPING;
    case 'site':
      return { title: 'The session was ended', words: 'The site or another program ended it.', again: false };
    case 'lost':
      return LOST;
    default:
      return { title: 'The session ended by an error', words: 'Something went wrong on the way.', again: true };
  }
}

function byAgent(name: string, { byMe, shared }: { byMe: boolean; shared: boolean }): Ending {
  if (byMe && !shared) return { title: 'You took your question back', words: NOT_SHARED, again: true };
  const words = `${name}’s page is no longer shared.`;
  if (byMe) return { title: 'You ended the session', words, again: true };
  return { title: 'Another agent ended the session', words, again: true };
}

const STOPPING: Ending = {
  title: 'The edge is restarting',
  words: 'Sessions end when it does. Join again in a moment.',
  again: true,
};

const LOST: Ending = {
  title: 'The connection is lost',
  words: 'The edge could not be reached again. Check your network, then open the session from the list.',
  again: false,
};

/** Why the connection was refused for good, by its close code (docs/protocol.md, 5). */
export function refusal(code: number): Ending {
  switch (code) {
    case 4004:
      return { title: 'This page is out of date', words: 'The edge was updated. Load the page again.', again: false };
    case 4005:
      return {
        title: 'This link no longer opens the session',
        words: 'A link works once and only for a short time. Ask for a new one, or open the session from the list.',
        again: false,
      };
    case 4009:
      return { title: 'Opened somewhere else', words: 'This session goes on in another tab or window.', again: false };
    case 4010:
      return { title: 'This session has ended', words: 'Nothing of it is kept.', again: false };
    case 4012:
      return STOPPING;
    default:
      if (code < 4000) return LOST;
      return { title: 'The connection was closed', words: `The edge closed it (code ${code}).`, again: false };
  }
}

/** What became of asking for a grant. */
export type Answer = 'none' | 'asking' | RefusedName;

export const answerWords: Record<Answer, string> = {
  none: 'not asked',
  asking: 'asking…',
  declined: 'declined',
  noAnswer: 'no answer',
  withdrawn: 'taken back',
  notAllowed: 'not on this site',
};

/** Why the visitor's page did not do what was asked; null if it did. */
export const outcomeWords: Record<Outcome, string | null> = {
  done: null,
  noGrant: 'The visitor does not allow that now.',
  gone: 'That part of the page has just gone.',
  masked: 'That part is hidden from you and can’t be used.',
  sensitive: 'Passwords, cards, one-time codes and files are for the visitor alone.',
  notAllowed: 'The site does not let agents do that here.',
  disabled: 'That part of the page is switched off or out of sight.',
  unknown: 'The visitor’s page did not do that.',
  lost: 'No answer from the visitor’s page.',
};

/** What an agent did that is worth a line in what happened so far; by the instruction's kind. */
export const deeds: Record<string, string> = {
  Highlight: 'You highlighted something',
  Click: 'You clicked',
  Type: 'You typed',
  Select: 'You chose an option',
  Go: 'You moved between pages',
};

/** How far capture has stepped back to keep the visitor's page fast; null at full detail. */
export function levelWords(level: number): string | null {
  return level === 0 ? null : 'The visitor’s page is busy: changes arrive in larger steps';
}
