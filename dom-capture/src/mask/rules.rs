//! A site's masks, compiled once and shared by its sessions: what is always masked, the markers of
//! other tools, and the site's own selectors.

use coview_config::{MaskRule, Masks};

use super::glob;
use super::named::Named;
use super::presets;
use super::selector::{
    Complex, Compound, Matcher, Simple, exempt, parse_list, parse_unmask, wire_forms,
};
use super::token::Finder;
use crate::protocol::Mask;

/// A site's masks, compiled.
pub struct Rules {
    masks: Vec<Mask>,
    ignore: Vec<Mask>,
    no_control: Vec<Mask>,
    globs: Vec<Option<String>>,
    /// With the rule each belongs to, an index into `globs`.
    matchers: Vec<(usize, Matcher)>,
    /// The numbers of each matcher's tokens.
    tokens: Vec<Vec<usize>>,
    finder: Finder,
}

/// Most selectors of a site: each costs time wherever its tokens occur.
const MOST_RULES: usize = 100;

/// Which rules hold for an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chosen(Vec<bool>);

impl Rules {
    /// Compiles what the operator wrote.
    ///
    /// # Errors
    /// Every selector that cannot be enforced, with the reason.
    pub fn compile(masks: &Masks) -> Result<Self, Vec<SelectorError>> {
        let mut build = Build::default();
        build.fixed(presets::ALWAYS);
        for preset in &masks.presets {
            for selector in build.fixed(presets::selectors(*preset)) {
                build.masks.push(Mask {
                    selector,
                    url: String::new(),
                });
            }
        }
        let spared = build.unmask(masks);
        let mask = build.list("mask", &masks.mask, &spared);
        build.masks.extend(mask);
        build.ignore = build.list("ignore", &masks.ignore, &[]);
        build.no_control = build.pages_own("no_control", &masks.no_control);
        build.finish()
    }

    /// The site's masks and its presets' for the welcome; what is always masked is not in it.
    #[must_use]
    pub fn masks(&self) -> &[Mask] {
        &self.masks
    }

    /// What is left out, for the welcome.
    #[must_use]
    pub fn ignore(&self) -> &[Mask] {
        &self.ignore
    }

    /// Where agents may not act, for the welcome. The page alone enforces it.
    #[must_use]
    pub fn no_control(&self) -> &[Mask] {
        &self.no_control
    }

    pub(super) fn choose(&self, url: &str) -> Chosen {
        let holds = |glob: &Option<String>| glob.as_ref().is_none_or(|glob| glob::holds(glob, url));
        Chosen(self.globs.iter().map(holds).collect())
    }

    pub(super) fn matchers_of(&self, chosen: &Chosen) -> impl Iterator<Item = usize> {
        self.matchers
            .iter()
            .enumerate()
            .filter(|(_, (rule, _))| chosen.0.get(*rule).copied().unwrap_or(true))
            .map(|(index, _)| index)
    }

    pub(super) fn matcher(&self, index: usize) -> Option<&Matcher> {
        self.matchers.get(index).map(|(_, matcher)| matcher)
    }

    pub(super) fn tokens_of(&self, index: usize) -> &[usize] {
        self.tokens.get(index).map_or(&[], Vec::as_slice)
    }

    pub(super) fn subject_names(&self, index: usize, attribute: &str) -> bool {
        self.matcher(index)
            .is_some_and(|matcher| matcher.names_in_subject(attribute))
    }

    /// What looks for the tokens of all selectors.
    pub(super) const fn finder(&self) -> &Finder {
        &self.finder
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Rules")
            .field("masks", &self.masks.len())
            .field("matchers", &self.matchers.len())
            .finish_non_exhaustive()
    }
}

/// A selector that cannot be enforced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{list} {number} {selector:?}: {reason}")]
pub struct SelectorError {
    /// `mask`, `unmask`, `ignore` or `no_control`.
    pub list: &'static str,
    /// Place in the list, from 1.
    pub number: usize,
    /// As written by the operator.
    pub selector: String,
    /// Why not, and what to write instead.
    pub reason: String,
}

/// An `unmask`, for the masks of the same scope.
struct Spared {
    compound: Compound,
    url: Option<String>,
}

/// Rules while they are compiled.
#[derive(Default)]
struct Build {
    masks: Vec<Mask>,
    ignore: Vec<Mask>,
    no_control: Vec<Mask>,
    globs: Vec<Option<String>>,
    matchers: Vec<(usize, Matcher)>,
    errors: Vec<SelectorError>,
}

impl Build {
    fn fault(&mut self, list: &'static str, number: usize, rule: &str, reason: String) {
        self.errors.push(SelectorError {
            list,
            number,
            selector: rule.to_owned(),
            reason,
        });
    }

    /// Selectors of our own, which hold everywhere; returns them as the page is told them.
    fn fixed(&mut self, selectors: &[&str]) -> Vec<String> {
        let rules: Vec<MaskRule> = selectors
            .iter()
            .map(|selector| MaskRule {
                selector: (*selector).to_owned(),
                url: None,
            })
            .collect();
        let masks = self.list("preset", &rules, &[]);
        masks.into_iter().map(|mask| mask.selector).collect()
    }

    fn list(&mut self, list: &'static str, rules: &[MaskRule], spared: &[Spared]) -> Vec<Mask> {
        if rules.len() > MOST_RULES {
            let reason = format!("at most {MOST_RULES} selectors stand in a list");
            self.fault(list, MOST_RULES + 1, "", reason);
            return Vec::new();
        }
        let mut masks = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            match self.rule(rule, spared) {
                Ok(mask) => masks.push(mask),
                Err(reason) => self.fault(list, index + 1, &rule.selector, reason),
            }
        }
        masks
    }

    fn rule(&mut self, rule: &MaskRule, spared: &[Spared]) -> Result<Mask, String> {
        let members = parse_list(&rule.selector)?;
        let spared: Vec<&Compound> = spared
            .iter()
            .filter(|spared| spared.url.is_none() || spared.url == rule.url)
            .map(|spared| &spared.compound)
            .collect();
        let place = self.globs.len();
        let mut matchers = Vec::new();
        for member in &members {
            for form in exempt(member, &spared)? {
                matchers.extend(wire_forms(&form)?.into_iter().map(|form| (place, form)));
            }
        }
        self.matchers.extend(matchers);
        self.globs
            .push(rule.url.clone().filter(|url| !url.is_empty()));
        Ok(Mask {
            selector: for_page(&members, &spared),
            url: rule.url.clone().unwrap_or_default(),
        })
    }

    fn unmask(&mut self, masks: &Masks) -> Vec<Spared> {
        let mut spared = Vec::new();
        for (index, rule) in masks.unmask.iter().enumerate() {
            let scoped = rule.url.is_some() && masks.mask.iter().all(|mask| mask.url != rule.url);
            let compounds = if scoped {
                Err("its url is not the url of any mask: write it exactly as there".to_owned())
            } else {
                parse_unmask(&rule.selector)
            };
            match compounds {
                Ok(compounds) => spared.extend(compounds.into_iter().map(|compound| Spared {
                    compound,
                    url: rule.url.clone(),
                })),
                Err(reason) => self.fault("unmask", index + 1, &rule.selector, reason),
            }
        }
        spared
    }

    /// Selectors that only the page enforces; they may be nothing else, so that a site's lists are
    /// written in one language.
    fn pages_own(&mut self, list: &'static str, rules: &[MaskRule]) -> Vec<Mask> {
        let mut masks = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            match parse_list(&rule.selector) {
                Ok(members) => masks.push(Mask {
                    selector: for_page(&members, &[]),
                    url: rule.url.clone().unwrap_or_default(),
                }),
                Err(reason) => self.fault(list, index + 1, &rule.selector, reason),
            }
        }
        masks
    }

    fn finish(mut self) -> Result<Rules, Vec<SelectorError>> {
        let mut all = Named::new(false);
        for (_, matcher) in &self.matchers {
            matcher
                .form
                .compounds()
                .for_each(|compound| all.add(compound));
        }
        // Which of what is named counts depends on the rules that hold on a page.
        let own = self
            .matchers
            .iter()
            .flat_map(|(_, matcher)| &matcher.tokens);
        let tokens = own.cloned().chain(all.all_tokens());
        let Ok(finder) = Finder::new(tokens) else {
            self.fault(
                "mask",
                0,
                "",
                "all selectors together are too large".to_owned(),
            );
            return Err(self.errors);
        };
        if !self.errors.is_empty() {
            return Err(self.errors);
        }
        let numbers = |(_, matcher): &(usize, Matcher)| {
            let number = |token| finder.number(token);
            matcher.tokens.iter().filter_map(number).collect()
        };
        Ok(Rules {
            tokens: self.matchers.iter().map(numbers).collect(),
            masks: self.masks,
            ignore: self.ignore,
            no_control: self.no_control,
            globs: self.globs,
            matchers: self.matchers,
            finder,
        })
    }
}

/// The list as the page matches it.
fn for_page(members: &[Complex], spared: &[&Compound]) -> String {
    let member = |member: &Complex| {
        let exempt: String = spared
            .iter()
            .map(|compound| format!(":not({compound})"))
            .collect();
        format!("{member}{exempt}")
    };
    members.iter().map(member).collect::<Vec<_>>().join(", ")
}

impl Matcher {
    fn names_in_subject(&self, attribute: &str) -> bool {
        let subject = self.form.subject();
        subject
            .has
            .iter()
            .chain(&subject.lacks)
            .any(|simple| match simple {
                Simple::Type(_) => false,
                Simple::Class(_) => attribute == "class",
                Simple::Id(_) => attribute == "id",
                Simple::Attribute(named) => named.name == attribute,
            })
    }
}
