//! Lookup codes: six digits that lead an agent of the same site to a visitor, once.

use std::sync::Arc;

use coview_config::Seconds;

use super::{Hub, Pending};
use crate::secrets::code;
use crate::visitor::Visitor;

impl Hub {
    /// A code for a visitor, in place of the one it had; none if there is no room for another.
    #[must_use]
    pub fn new_code(&self, visitor: &Visitor) -> Option<(String, Seconds)> {
        let before = visitor.state.lock().code.take();
        before
            .into_iter()
            .for_each(|old| drop(self.codes.remove(&old)));
        // Codes stay sparse: guessing one of few in a million is hopeless within the attempts allowed.
        if self.codes.len() > 20_000 {
            return None;
        }
        let until = self.clock.now() + self.bounds.code.0;
        let drawn = loop {
            let drawn = code();
            let free = match self.codes.entry(drawn.clone()) {
                dashmap::Entry::Vacant(entry) => {
                    entry.insert(Pending {
                        visitor: visitor.id.clone(),
                        until,
                    });
                    true
                }
                dashmap::Entry::Occupied(_) => false,
            };
            if free {
                break drawn;
            }
        };
        visitor.state.lock().code = Some(drawn.clone());
        Some((drawn, self.bounds.code))
    }

    /// The visitor who shows this code, if it is on one of `sites`. The code is used up with `take`.
    #[must_use]
    pub fn by_code(&self, code: &str, sites: &[String], take: bool) -> Option<Arc<Visitor>> {
        let now = self.clock.now();
        let id = self
            .codes
            .get(code)
            .filter(|pending| now < pending.until)
            .map(|pending| pending.visitor.clone())?;
        let visitor = self
            .visitor(&id)
            .filter(|visitor| sites.contains(&visitor.tenant.site.key))?;
        if take {
            // Whoever removes it has it: two at once do not both get in.
            self.codes.remove(code)?;
            visitor.state.lock().code = None;
        }
        Some(visitor)
    }
}
