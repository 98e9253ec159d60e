//! Attributes that change: the selectors that name them are asked again, with what is known of the
//! element and of what is around it.

use super::{BAD_OP, Page, Ruling, Stop, bare};
use crate::mask::cards::looks_like_card;
use crate::mask::markup::is_reserved;
use crate::mask::matching::matches;
use crate::mask::named::StartTag;
use crate::mask::names::{is_attribute_name, is_void};
use crate::mask::selector::{Matcher, escape};
use crate::mask::tree::{DOCUMENT, Kind};
use crate::protocol::{A, ResyncReason};

impl Page {
    pub(super) fn attribute(&mut self, op: &A<'_>) -> Result<Ruling, Stop> {
        if !self.is_under_visible(op.id) {
            return Ok(Ruling::Drop);
        }
        if matches!(self.tree.kind(op.id), Some(Kind::Text | Kind::Root)) || !may_change(op.name) {
            return Err(BAD_OP);
        }
        let is_masked = self.tree.is_masked(op.id);
        let is_known = self.context.tag(op.id).is_some() && !self.context.is_pending(op.id);
        if is_masked && !is_known {
            return Ok(Ruling::Drop); // capture's own placeholder, or it is being sent again
        }
        let is_value = matches!(op.name, "value" | "u:v");
        if !is_masked && is_value && op.value.is_some_and(looks_like_card) {
            return self.mask_and_ask(op.id, true);
        }
        let unconcerned = if is_masked {
            Ruling::Drop
        } else {
            Ruling::Forward
        };
        if !self.active.named.has_attribute(op.name) {
            return Ok(unconcerned);
        }
        let old = self
            .context
            .tag(op.id)
            .map_or_else(bare, ToString::to_string);
        let value = op.value.map(escape);
        let change = Some((op.name, value.as_deref()));
        let new = self.active.named.reduce(&old, change).unwrap_or_else(bare);
        if new == old || (is_masked && op.name == "type" && was_password(&old)) {
            return Ok(unconcerned);
        }
        self.reconsider(op, is_masked, &old, new)
    }

    /// An attribute that selectors name has changed.
    fn reconsider(
        &mut self,
        op: &A<'_>,
        is_masked: bool,
        old: &str,
        new: String,
    ) -> Result<Ruling, Stop> {
        // A visible element can only start to match where its own part names the attribute.
        let naming = if is_masked { None } else { Some(op.name) };
        let is_match = self.is_match(op.id, &new, naming)?;
        let around = &self.active.around;
        let concerns_below = around.reduce(old, None) != around.reduce(&new, None);
        let kept = (new != bare() || is_masked || is_match).then_some(new);
        self.context.set(op.id, kept);
        self.sweep()?;
        match (is_masked, is_match) {
            (true, true) => Ok(Ruling::Drop),
            (true, false) => {
                self.ask(op.id)?;
                Ok(Ruling::Drop)
            }
            (false, true) => {
                self.tree.mask(op.id);
                self.missed += 1;
                Ok(Ruling::Mask(op.id))
            }
            (false, false) if concerns_below => self.mask_and_ask(op.id, false),
            (false, false) => Ok(Ruling::Forward),
        }
    }

    /// Would an element with this reduced start tag match, where `id` stands?
    fn is_match(&mut self, id: u32, tag: &str, naming: Option<&str>) -> Result<bool, Stop> {
        let matchers: Vec<&Matcher> = self.active.naming(naming).collect();
        if matchers.is_empty() {
            return Ok(false);
        }
        let parent = self.tree.parent(id).unwrap_or(DOCUMENT);
        let prefix = self.context.around(&self.tree, parent, self.deepest());
        self.budget.spend(&prefix)?;
        let name = tag.split([' ', '<']).nth(1).unwrap_or_default();
        let end = if is_void(name.as_bytes()) { "/>" } else { ">" };
        let selectors = matchers.iter().map(|matcher| self.active.compiled(matcher));
        let hits = matches(selectors, &prefix, &format!("{tag}{end}"))
            .map_err(|_| Stop::Resync(ResyncReason::TooLarge))?;
        Ok(!hits.is_empty())
    }

    /// Masks a node and asks the page for it again: what of it may be seen is not known here.
    pub(super) fn mask_and_ask(&mut self, id: u32, missed: bool) -> Result<Ruling, Stop> {
        self.tree.mask(id);
        self.missed += u64::from(missed);
        self.ask(id)?;
        Ok(Ruling::Mask(id))
    }

    fn ask(&mut self, id: u32) -> Result<(), Stop> {
        if !self.context.ask(id) {
            return Ok(());
        }
        let Some(left) = self.budget.resends.checked_sub(1) else {
            return Err(Stop::Resync(ResyncReason::MasksChanged));
        };
        self.budget.resends = left;
        self.resend.push(id);
        Ok(())
    }
}

/// May an attribute of this name change on a living element?
fn may_change(name: &str) -> bool {
    if name.starts_with("u:") {
        is_reserved(name.as_bytes()) && !matches!(name, "u:ns" | "u:px")
    } else {
        is_attribute_name(name.as_bytes()) && name != "shadowrootmode"
    }
}

/// Is this the reduced start tag of a field whose content was hidden from the visitor too? Such a
/// field stays masked whatever its type becomes: "show my password" shows it to the visitor alone.
fn was_password(tag: &str) -> bool {
    StartTag::new(tag).any(|(name, value)| name == "type" && value.eq_ignore_ascii_case("password"))
}
