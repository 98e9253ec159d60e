//! SVG made harmless. As an image it runs nothing anyway, and its reply forbids the rest; what could
//! run is taken out all the same, for whoever opens it by itself.

use lol_html::{RewriteStrSettings, element, rewrite_str};

/// Without scripts, handlers, embedded documents and addresses that run; `None` if it cannot be read.
#[must_use]
pub fn harmless(svg: &str) -> Option<String> {
    let settings = RewriteStrSettings::new()
        .with_strict(false)
        .append_element_content_handler(element!(
                "script, handler, listener, foreignobject, iframe, embed, object, set[attributename$=href i], animate[attributename$=href i]",
                |element| {
                    element.remove();
                    Ok(())
                }
            ))
        .append_element_content_handler(element!("*", |element| {
                let bad: Vec<String> = element
                    .attributes()
                    .iter()
                    .filter(|attribute| may_run(&attribute.name(), &attribute.value()))
                    .map(lol_html::html_content::Attribute::name)
                    .collect();
                for name in bad {
                    element.remove_attribute(&name);
                }
                Ok(())
            }));
    rewrite_str(svg, settings).ok()
}

fn may_run(name: &str, value: &str) -> bool {
    if name.starts_with("on") {
        return true;
    }
    let is_link = name == "href" || name.ends_with(":href");
    // An entity can spell anything.
    let plain = |c: &char| !c.is_ascii_whitespace() && !c.is_ascii_control();
    let start: String = value.chars().filter(plain).take(16).collect();
    let start = start.to_ascii_lowercase();
    is_link
        && (start.starts_with("javascript:")
            || start.contains('&')
            || start.starts_with("data:text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_taken_out_and_the_picture_stays() {
        let table = [
            (
                "<svg><script>x</script><path d=\"M0 0\"/></svg>",
                "<svg><path d=\"M0 0\"/></svg>",
            ),
            (
                "<svg onload=\"x\"><g ONCLICK='y'/></svg>",
                "<svg><g/></svg>",
            ),
            (
                "<svg><a xlink:href=\" java\nscript:x\">t</a></svg>",
                "<svg><a>t</a></svg>",
            ),
            (
                "<svg><a href=\"&#106;avascript:x\">t</a></svg>",
                "<svg><a>t</a></svg>",
            ),
            (
                "<svg><foreignObject><p>x</p></foreignObject></svg>",
                "<svg></svg>",
            ),
            (
                "<svg><set attributeName=\"xlink:href\" to=\"javascript:x\"/></svg>",
                "<svg></svg>",
            ),
            (
                "<svg><use href=\"#a\"/></svg>",
                "<svg><use href=\"#a\"/></svg>",
            ),
        ];
        for (svg, wanted) in table {
            let got = harmless(svg)
                .unwrap()
                .replace(" />", "/>")
                .replace(" >", ">");
            assert_eq!(got, wanted);
        }
    }
}
