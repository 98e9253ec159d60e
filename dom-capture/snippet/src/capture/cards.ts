// Card numbers in fields, by the Luhn test: 13 to 19 digits with blanks or dashes between.

/** True if the text is a card number, or holds one between other words. */
export function looksLikeCard(text: string): boolean {
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) digits++;
  }
  if (digits < 13) return false;
  for (const run of text.matchAll(/\d(?:[\d \-\u00a0]*\d)?/g)) {
    if (runHolds(run[0])) return true;
  }
  return false;
}

/** A run of digits may begin or end with others that stand apart, such as a date. */
function runHolds(run: string): boolean {
  const groups = run.split(/[ \-\u00a0]+/);
  for (let from = 0; from < groups.length; from++) {
    let digits = '';
    for (let to = from; to < groups.length && digits.length < 19; to++) {
      digits += groups[to];
      if (digits.length >= 13 && digits.length <= 19 && luhn(digits)) return true;
    }
  }
  return false;
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let digit = digits.charCodeAt(digits.length - 1 - i) - 48;
    if (i % 2 === 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 === 0;
}
