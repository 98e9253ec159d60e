//! Dates of `Expires`, read as forgivingly as RFC 6265 5.1.1 wants.

/// Seconds since 1970; nothing for what is no date, zero for what is before.
#[must_use]
pub(super) fn parse(text: &str) -> Option<u64> {
    let mut date = Date::default();
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        date.take(token);
    }
    date.seconds()
}

#[derive(Default)]
struct Date {
    time: Option<(u64, u64, u64)>,
    day: Option<u64>,
    month: Option<u64>,
    year: Option<u64>,
}

impl Date {
    fn take(&mut self, token: &str) {
        if self.time.is_none()
            && let Some(time) = time(token)
        {
            self.time = Some(time);
        } else if self.day.is_none()
            && let Some(day) = number(token, 1, 2)
        {
            self.day = Some(day);
        } else if self.month.is_none()
            && let Some(month) = month(token)
        {
            self.month = Some(month);
        } else if self.year.is_none()
            && let Some(year) = number(token, 2, 4)
        {
            self.year = Some(match year {
                70..=99 => year + 1900,
                0..=69 => year + 2000,
                year => year,
            });
        }
    }

    fn seconds(&self) -> Option<u64> {
        let (hour, minute, second) = self.time?;
        let (day, month, year) = (self.day?, self.month?, self.year?);
        let valid =
            (1..=31).contains(&day) && year >= 1601 && hour <= 23 && minute <= 59 && second <= 59;
        if !valid {
            return None;
        }
        if year < 1970 {
            return Some(0);
        }
        // Years begin in March, so that the leap day is the last of its year.
        let (y, m) = if month > 2 {
            (year, month - 3)
        } else {
            (year - 1, month + 9)
        };
        let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
        Some((days - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second)
    }
}

const fn is_delimiter(c: char) -> bool {
    matches!(c, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

/// The number at the start of `text`, of that many digits; more digits make it none.
fn number(text: &str, least: usize, most: usize) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    ((least..=most).contains(&digits)).then(|| text[..digits].parse().ok())?
}

fn time(token: &str) -> Option<(u64, u64, u64)> {
    let mut parts = token.splitn(3, ':');
    let hour = whole(parts.next()?)?;
    let minute = whole(parts.next()?)?;
    let second = number(parts.next()?, 1, 2)?;
    Some((hour, minute, second))
}

fn whole(text: &str) -> Option<u64> {
    let all = matches!(text.len(), 1 | 2) && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok())?
}

fn month(token: &str) -> Option<u64> {
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let start = token.get(..3)?.to_ascii_lowercase();
    months
        .iter()
        .position(|month| *month == start)
        .map(|at| at as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_kinds_are_read() {
        for (text, wanted) in [
            ("Wed, 21 Oct 2015 07:28:00 GMT", Some(1_445_412_480)),
            ("Wednesday, 21-Oct-15 07:28:00 GMT", Some(1_445_412_480)),
            ("Wed Oct 21 07:28:00 2015", Some(1_445_412_480)),
            ("21 oct 2015 7:28:0", Some(1_445_412_480)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thu, 01-Jan-70 00:00:01 GMT", Some(1)),
            ("Tue, 29 Feb 2000 00:00:00 GMT", Some(951_782_400)),
            ("Mon, 01 Jan 1601 00:00:00 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
            ("Wed, 21 Oct 2015 24:00:00 GMT", None),
            ("Wed, 32 Oct 2015 07:28:00 GMT", None),
            ("21 Oct 2015", None),
            ("07:28:00", None),
            ("", None),
            ("é ü", None),
        ] {
            assert_eq!(parse(text), wanted, "{text}");
        }
    }
}
