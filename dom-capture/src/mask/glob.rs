//! URL globs of rules: `*` is any run of characters, `?` is one, everything else is literal.

/// Does a glob mean this address? It may mean the whole of it, the address without query and
/// fragment, or its path; a rule that holds once too often only hides more.
pub(super) fn holds(glob: &str, url: &str) -> bool {
    if url.len() > LONGEST {
        return true;
    }
    let bare = url.split(['?', '#']).next().unwrap_or(url);
    let path = bare.split_once("://").map_or(bare, |(_, rest)| {
        rest.find('/')
            .map_or("", |slash| rest.get(slash..).unwrap_or_default())
    });
    [url, bare, path]
        .iter()
        .any(|text| fits(glob.as_bytes(), text.as_bytes()))
}

/// A longer address is not compared: every rule holds for it.
const LONGEST: usize = 16 << 10;

/// Wildcard matching with one place to return to, which suffices for `*`.
fn fits(glob: &[u8], text: &[u8]) -> bool {
    let (mut g, mut t) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match glob.get(g) {
            Some(b'*') => {
                retry = Some((g + 1, t));
                g += 1;
            }
            Some(b'?') => {
                g += 1;
                t += 1;
            }
            Some(byte) if Some(byte) == text.get(t) => {
                g += 1;
                t += 1;
            }
            _ => {
                let Some((after, from)) = retry else {
                    return false;
                };
                retry = Some((after, from + 1));
                g = after;
                t = from + 1;
            }
        }
    }
    glob.get(g..)
        .is_some_and(|rest| rest.iter().all(|byte| *byte == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_mean_address_bare_address_or_path() {
        let url = "https://shop.example/checkout/pay?step=2#card";
        for glob in [
            "*",
            "https://shop.example/checkout/*",
            "https://*.example/*",
            "https://shop.example/checkout/pay",
            "/checkout/*",
            "*step=2*",
            "*/p?y",
        ] {
            assert!(holds(glob, url), "{glob}");
        }
        for glob in [
            "",
            "https://shop.example/",
            "/checkout",
            "checkout",
            "https://other.example/*",
            "*/pays",
        ] {
            assert!(!holds(glob, url), "{glob}");
        }
    }
}
