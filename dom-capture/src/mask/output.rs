//! Bytes that are mostly as they came: copied only from the first change on.

/// A source with replaced ranges.
pub(super) struct Output<'a> {
    source: &'a [u8],
    /// Up to where the source has been copied, once something has changed.
    copied: usize,
    changed: Option<Vec<u8>>,
}

impl<'a> Output<'a> {
    pub(super) const fn new(source: &'a [u8]) -> Self {
        Self {
            source,
            copied: 0,
            changed: None,
        }
    }

    /// Replaces a range behind all replaced before.
    pub(super) fn replace(&mut self, from: usize, to: usize, by: &[u8]) {
        let before = self.source.get(self.copied..from).unwrap_or_default();
        let out = self
            .changed
            .get_or_insert_with(|| Vec::with_capacity(self.source.len()));
        out.extend_from_slice(before);
        out.extend_from_slice(by);
        self.copied = to;
    }

    /// The result; `None` if it is the source.
    pub(super) fn finish(mut self) -> Option<Vec<u8>> {
        self.changed.as_ref()?;
        let end = self.source.len();
        self.replace(end, end, &[]);
        self.changed
    }
}
