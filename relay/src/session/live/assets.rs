//! Resources of the page as its agents may load them.

use std::sync::Arc;

use coview_dom_capture::protocol::{AssetPart, VisitorIn, frame};
use coview_proxy::assets::{Asset, Key};
use url::Url;

use super::Live;

impl Live {
    /// Signs the addresses that stand in the page.
    #[must_use]
    pub const fn key(&self) -> &Arc<Key> {
        &self.key
    }

    /// May its agents have another asset now? Counted here, so that it ends with the session.
    #[must_use]
    pub fn may_load(&self) -> bool {
        self.assets.take(1)
    }

    /// An asset that only the visitor's page can give; none if it does not.
    pub async fn private_asset(&self, url: &Url) -> Option<Arc<Asset>> {
        let ask = |request| {
            let core = self.core.lock();
            let visitor = core.visitor.as_ref().filter(|_| core.session.shares());
            let message = frame::encode(&[VisitorIn::AssetRequest(request)]);
            visitor.is_some_and(|visitor| visitor.offer(message))
        };
        self.private.get(url, self.clock.now(), ask).await
    }

    /// The page gave a part of one.
    pub fn asset_part(&self, part: AssetPart) {
        if self.core.lock().session.shares() {
            self.private.part(part, self.clock.now());
        }
    }
}
