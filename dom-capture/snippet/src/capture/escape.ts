// Escaping of canonical markup. NUL and lone surrogates become U+FFFD when the text is encoded (protocol/primitives.ts).

const IN_TEXT = /[&<>\u00a0]/g;
const IN_VALUE = /[&<>"\u00a0]/g;
/** Up to this length a loop is cheaper than a regular expression. */
const SHORT = 48;

function reference(char: string): string {
  switch (char) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    default:
      return '&nbsp;';
  }
}

/** Text between tags. */
export function escapeText(text: string): string {
  const length = text.length;
  if (length > SHORT) return text.replace(IN_TEXT, reference);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 38 || code === 60 || code === 62 || code === 160) return text.replace(IN_TEXT, reference);
  }
  return text;
}

/** The value of an attribute. */
export function escapeValue(text: string): string {
  const length = text.length;
  if (length > SHORT) return text.replace(IN_VALUE, reference);
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 38 || code === 34 || code === 60 || code === 62 || code === 160)
      return text.replace(IN_VALUE, reference);
  }
  return text;
}

// Tab, line feed and carriage return are ignored within a scheme, C0 controls and blanks before it (URL standard).
const JAVASCRIPT =
  /^[\0-\x20]*j[\t\n\r]*a[\t\n\r]*v[\t\n\r]*a[\t\n\r]*s[\t\n\r]*c[\t\n\r]*r[\t\n\r]*i[\t\n\r]*p[\t\n\r]*t[\t\n\r]*:/i;

/** True for a URL that a URL parser takes for `javascript:`. */
export function isScriptUrl(value: string): boolean {
  const first = value.charCodeAt(0);
  return (first === 106 || first === 74 || first <= 32) && JAVASCRIPT.test(value);
}
