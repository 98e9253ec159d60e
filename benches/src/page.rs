//! A page of any size in canonical markup: what a busy back office looks like, the same each time.

use std::fmt::Write as _;

/// Id of the element that [`Page::generate`] puts its cards into.
pub const MAIN: u32 = 7;

/// Markup, and how many ids it takes.
pub struct Page {
    /// Canonical markup.
    pub html: String,
    /// Elements and texts.
    pub nodes: u32,
    /// Elements.
    pub elements: u32,
}

impl Page {
    /// At least `nodes` nodes; every `masked_every`-th card bears the class `pii` (0: none does).
    #[must_use]
    pub fn generate(nodes: u32, masked_every: u32) -> Self {
        let mut page = Self {
            html: String::new(),
            nodes: 0,
            elements: 0,
        };
        page.open("html", " lang=\"en\"");
        page.open("head", "");
        page.void("meta", " charset=\"utf-8\"");
        page.empty("title", " u:t=\"Back office\"");
        page.void("link", " rel=\"stylesheet\" href=\"/assets/site.css\"");
        page.close("head");
        page.open("body", " class=\"theme-light\"");
        page.open("main", " id=\"main\" class=\"page\"");
        let mut number = 0;
        while page.nodes < nodes {
            let masked = masked_every != 0 && number % masked_every == 1;
            page.card(number, masked);
            number += 1;
        }
        page.close("main");
        page.close("body");
        page.close("html");
        page
    }

    fn card(&mut self, number: u32, masked: bool) {
        let class = if masked { "card pii" } else { "card" };
        self.open(
            "section",
            &format!(" class=\"{class}\" data-n=\"{number}\""),
        );
        self.leaf("h2", "", &format!("Order {number}"));
        self.open("p", "");
        self.text("Sent to ");
        self.leaf(
            "a",
            &format!(" href=\"/customers/{number}?tab=orders\""),
            "a customer",
        );
        self.text(" &amp; confirmed.");
        self.close("p");
        self.open("ul", " class=\"lines\"");
        for line in 0..4 {
            self.open("li", "");
            self.leaf("span", " class=\"name\"", &format!("Lamp {line}"));
            self.leaf("b", "", &format!("{}.00", number % 90 + line));
            self.close("li");
        }
        self.close("ul");
        self.open("form", "");
        self.open("label", "");
        self.text("Note ");
        self.void("input", &format!(" type=\"text\" name=\"note-{number}\""));
        self.close("label");
        self.leaf("button", " type=\"submit\" class=\"btn\"", "Save");
        self.close("form");
        self.close("section");
    }

    fn open(&mut self, name: &str, attributes: &str) {
        let _ = write!(self.html, "<{name}{attributes}>");
        self.nodes += 1;
        self.elements += 1;
    }

    fn close(&mut self, name: &str) {
        let _ = write!(self.html, "</{name}>");
    }

    fn void(&mut self, name: &str, attributes: &str) {
        let _ = write!(self.html, "<{name}{attributes}/>");
        self.nodes += 1;
        self.elements += 1;
    }

    fn empty(&mut self, name: &str, attributes: &str) {
        self.open(name, attributes);
        self.close(name);
    }

    fn text(&mut self, text: &str) {
        self.html.push_str(text);
        self.nodes += 1;
    }

    fn leaf(&mut self, name: &str, attributes: &str, text: &str) {
        self.open(name, attributes);
        self.text(text);
        self.close(name);
    }
}

/// One insert of about 200 bytes and 7 nodes, as a chat or a table row makes it.
#[must_use]
pub fn fragment(number: u32, masked: bool) -> String {
    let class = if masked { "message pii" } else { "message" };
    format!(
        "<li class=\"{class}\" data-n=\"{number:06}\"><span class=\"who\">Marta from support</span>\
         <span class=\"what\">Your lamp has left the workshop today</span><time datetime=\"2026-11-21\">12:34</time></li>"
    )
}

/// Ids that [`fragment`] takes.
pub const FRAGMENT_NODES: u32 = 7;
