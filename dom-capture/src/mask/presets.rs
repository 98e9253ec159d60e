//! What is always masked, and the markers of other tools.

use coview_config::Preset;

/// Masked on every page of every site, at both ends.
pub(super) const ALWAYS: &[&str] = &[
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

/// The markers of another tool that hide something.
pub(super) const fn selectors(preset: Preset) -> &'static [&'static str] {
    match preset {
        Preset::Rrweb => &[".rr-block", ".rr-mask", ".rr-ignore"],
        Preset::Openreplay => &[
            "[data-openreplay-obscured]",
            "[data-openreplay-masked]",
            "[data-openreplay-hidden]",
        ],
        Preset::Surfly => &["[surfly_private]", ".surfly_private"],
        Preset::Sentry => &[
            ".sentry-block",
            ".sentry-mask",
            ".sentry-ignore",
            "[data-sentry-block]",
            "[data-sentry-mask]",
            "[data-sentry-ignore]",
        ],
        Preset::Fullstory => &[
            ".fs-mask",
            ".fs-exclude",
            ".fs-mask-without-consent",
            ".fs-exclude-without-consent",
        ],
    }
}
