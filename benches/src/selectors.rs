//! The masks that are compared: those that always hold, and what a site might add.

use coview_config::{MaskRule, Masks};

/// What the edge always masks, for the side that has to be told.
pub const ALWAYS: [&str; 10] = [
    ".no-upscope",
    "[data-coview=\"mask\"]",
    "[data-coview=\"ignore\"]",
    "input[type=\"password\" i]",
    "input[type=\"hidden\" i]",
    "input[type=\"file\" i]",
    "[autocomplete~=\"one-time-code\" i]",
    "[autocomplete~=\"current-password\" i]",
    "[autocomplete~=\"new-password\" i]",
    "[autocomplete*=\"cc-\" i]",
];

/// One class, the usual case.
pub const ONE: [&str; 1] = [".pii"];

/// Twenty as a careful operator would write them.
pub const TWENTY: [&str; 20] = [
    ".pii",
    "#account-balance",
    "[data-private]",
    ".modal .pii",
    "td.salary",
    "input.secret",
    "[data-testid=\"email\"]",
    ".user-menu > .email",
    "form.checkout .address",
    "a[href^=\"mailto:\"]",
    "a[href^=\"tel:\"]",
    ".invoice-total",
    "#profile .phone",
    ".chat .bubble",
    "[aria-label=\"Balance\"]",
    "input[type=\"email\"]",
    ".iban",
    ".patient-name",
    "img.avatar",
    "[data-role=\"secret\"] .value",
];

/// These selectors as a site's settings.
#[must_use]
pub fn masks(selectors: &[&str]) -> Masks {
    Masks {
        mask: selectors
            .iter()
            .map(|selector| MaskRule {
                selector: (*selector).to_owned(),
                url: None,
            })
            .collect(),
        ..Masks::default()
    }
}
