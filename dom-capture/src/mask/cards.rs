//! Card numbers in fields, by the Luhn test: 13 to 19 digits with blanks or dashes between. The
//! same test as capture's, so that the two masks agree.

/// Is the text a card number, or does it hold one between other words?
pub(super) fn looks_like_card(text: &str) -> bool {
    if text.bytes().filter(u8::is_ascii_digit).take(13).count() < 13 {
        return false;
    }
    text.split(|c: char| !c.is_ascii_digit() && !is_between(c))
        .any(run_holds)
}

/// [`looks_like_card`] of a value as the wire writes it.
pub(super) fn written_looks_like_card(value: &[u8]) -> bool {
    if value.iter().filter(|byte| byte.is_ascii_digit()).count() < 13 {
        return false;
    }
    // References become one character that no number has; the no-break space is the only one that
    // may stand between digits.
    std::str::from_utf8(value).is_ok_and(|text| looks_like_card(&text.replace("&nbsp;", " ")))
}

const fn is_between(c: char) -> bool {
    matches!(c, ' ' | '-' | '\u{a0}')
}

/// A run may begin or end with digits that stand apart, such as a date.
fn run_holds(run: &str) -> bool {
    let groups: Vec<&str> = run
        .split(is_between)
        .filter(|group| !group.is_empty())
        .collect();
    groups.iter().enumerate().any(|(from, _)| {
        let mut digits = Vec::with_capacity(19);
        for group in groups.get(from..).unwrap_or_default() {
            digits.extend(group.bytes().take(20));
            if digits.len() > 19 {
                return false;
            }
            if digits.len() >= 13 && luhn(&digits) {
                return true;
            }
        }
        false
    })
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            match (place % 2, digit) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => digit * 2 - 9,
                (_, digit) => digit * 2,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_found_between_words() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "card: 4111\u{a0}1111 1111 1111, thanks",
            "378282246310005",
            "12 4111 1111 1111 1111",
        ] {
            assert!(looks_like_card(text), "{text}");
        }
        assert!(written_looks_like_card(b"4111&nbsp;1111&nbsp;1111 1111"));
    }

    #[test]
    fn other_numbers_are_not() {
        for text in [
            "4111111111111112",
            "411111111111",
            "41111111111111111111",
            "4111x1111x1111x1111",
            "",
            "2026-11-22 10:00",
        ] {
            assert!(!looks_like_card(text), "{text}");
        }
    }
}
