//! The URLs of a `srcset`, split as the HTML standard splits them: URLs may hold commas.
//! <https://html.spec.whatwg.org/multipage/images.html#parse-a-srcset-attribute>

/// Rewrites every URL in a `srcset`; `map` gives the new URL, or nothing for a candidate to leave out.
/// What stands between them is copied verbatim.
#[must_use]
pub fn rewrite(srcset: &str, map: &mut dyn FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(srcset.len() * 2);
    let mut rest = srcset;
    loop {
        let url_at = rest
            .find(|c: char| !is_space(c) && c != ',')
            .unwrap_or(rest.len());
        let (gap, after) = rest.split_at(url_at);
        if after.is_empty() {
            out.push_str(gap);
            return out;
        }
        let (url, after) = after.split_at(after.find(is_space).unwrap_or(after.len()));
        let bare = url.trim_end_matches(',');
        let descriptor = if bare.len() == url.len() {
            descriptor(after)
        } else {
            ""
        };
        if let Some(new) = map(bare) {
            out.push_str(gap);
            out.push_str(&new);
            out.push_str(&url[bare.len()..]);
            out.push_str(descriptor);
        }
        rest = &after[descriptor.len()..];
    }
}

/// Up to the comma that ends the candidate; commas in parentheses do not.
fn descriptor(text: &str) -> &str {
    let mut open = false;
    let end = text.find(|c| {
        match c {
            '(' => open = true,
            ')' => open = false,
            _ => {}
        }
        c == ',' && !open
    });
    &text[..end.unwrap_or(text.len())]
}

const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_split_as_browsers_split_them() {
        let table = [
            ("a.png", "<a.png>"),
            ("a.png 1x, b.png 2x", "<a.png> 1x, <b.png> 2x"),
            ("a,b.png 1x,c.png", "<a,b.png> 1x,<c.png>"),
            ("a.png, b.png", "<a.png>, <b.png>"),
            ("a.png,b.png 2x", "<a.png,b.png> 2x"),
            ("data:,a ( , ) 1x, b", "<data:,a> ( , ) 1x, <b>"),
            (
                " , a.png 300w ,, b.png\t600w,",
                " , <a.png> 300w ,, <b.png>\t600w,",
            ),
            ("", ""),
            (" , ", " , "),
        ];
        for (srcset, wanted) in table {
            assert_eq!(rewrite(srcset, &mut |url| Some(format!("<{url}>"))), wanted);
        }
    }

    #[test]
    fn a_candidate_that_may_not_load_is_left_out() {
        let map = &mut |url: &str| (url != "no").then(|| url.to_owned());
        assert_eq!(rewrite("a 1x, no 2x, b 3x", map), "a 1x, b 3x");
    }
}
