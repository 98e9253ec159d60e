//! Primitives of the wire (docs/protocol.md, 1): one way to write each value, and nothing else is
//! read, so that bytes and values are one to one.

use std::fmt;

use super::WireError;

/// What a reader lets through.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Bytes of one text, but for markup and style sheets.
    pub text: usize,
    /// Items of one list.
    pub items: usize,
}

/// Reads what a peer wrote.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    limits: ReadLimits,
}

impl<'a> Reader<'a> {
    /// A reader over all of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8], limits: ReadLimits) -> Self {
        Self {
            rest: bytes,
            limits,
        }
    }

    /// Bytes not read yet.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next byte.
    ///
    /// # Errors
    /// At the end.
    pub fn byte(&mut self) -> Result<u8, WireError> {
        let (&first, rest) = self.rest.split_first().ok_or(LENGTH)?;
        self.rest = rest;
        Ok(first)
    }

    /// The next `length` bytes.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn raw(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (part, rest) = self.rest.split_at_checked(length).ok_or(LENGTH)?;
        self.rest = rest;
        Ok(part)
    }

    /// An unsigned LEB128 of at most 32 bits, shortest form only.
    ///
    /// # Errors
    /// On any other form.
    pub fn uint(&mut self) -> Result<u32, WireError> {
        let mut value = 0u32;
        for shift in [0u32, 7, 14, 21, 28] {
            let next = self.byte()?;
            if shift == 28 && next > 0x0f {
                return Err(INTEGER);
            }
            value |= u32::from(next & 0x7f) << shift;
            if next < 0x80 {
                return if next == 0 && shift > 0 {
                    Err(INTEGER)
                } else {
                    Ok(value)
                };
            }
        }
        Err(INTEGER)
    }

    /// A count or length.
    ///
    /// # Errors
    /// As [`Reader::uint`].
    pub fn size(&mut self) -> Result<usize, WireError> {
        self.uint()
            .map(|value| usize::try_from(value).unwrap_or(usize::MAX))
    }

    /// Text of at most `limit` bytes.
    ///
    /// # Errors
    /// On bad UTF-8, on NUL, beyond the limit.
    pub fn text(&mut self, limit: usize) -> Result<&'a str, WireError> {
        let length = self.size()?;
        if length > limit {
            return Err(WireError::too_large("text"));
        }
        let text = std::str::from_utf8(self.raw(length)?).map_err(|_| TEXT)?;
        if memchr::memchr(0, text.as_bytes()).is_some() {
            return Err(TEXT);
        }
        Ok(text)
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// When something is.
    pub fn finish(&self) -> Result<(), WireError> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(WireError::message("end"))
        }
    }
}

const INTEGER: WireError = WireError::message("integer");
const LENGTH: WireError = WireError::message("length");
const TEXT: WireError = WireError::message("text");

/// Writes values; grows as needed.
#[derive(Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte.
    pub fn byte(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Shortest LEB128.
    pub fn uint(&mut self, value: u32) {
        let mut rest = value;
        while rest >= 0x80 {
            self.bytes.push(low_bits(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_bits(rest));
    }

    /// A count or length. Beyond 32 bits nothing can be written that a peer reads back; no limit
    /// lets such a value come into being, and it saturates rather than wraps.
    pub fn size(&mut self, value: usize) {
        self.uint(u32::try_from(value).unwrap_or(u32::MAX));
    }

    /// Length and bytes.
    pub fn text(&mut self, text: &str) {
        self.size(text.len());
        self.raw(text.as_bytes());
    }

    /// What was written so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The low seven bits, which fit a byte.
fn low_bits(value: u32) -> u8 {
    (value & 0x7f) as u8
}

/// A value with one form on the wire.
pub trait Wire<'a>: Sized {
    /// Reads one value.
    ///
    /// # Errors
    /// On any form but the one [`Wire::write`] yields.
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError>;

    /// Writes it.
    fn write(&self, to: &mut Writer);
}

impl Wire<'_> for u32 {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        from.uint()
    }

    fn write(&self, to: &mut Writer) {
        to.uint(*self);
    }
}

impl Wire<'_> for u8 {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        from.byte()
    }

    fn write(&self, to: &mut Writer) {
        to.byte(*self);
    }
}

impl Wire<'_> for bool {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        match from.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::message("flag")),
        }
    }

    fn write(&self, to: &mut Writer) {
        to.byte(u8::from(*self));
    }
}

impl<'a> Wire<'a> for &'a str {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let limit = from.limits.text;
        from.text(limit)
    }

    fn write(&self, to: &mut Writer) {
        to.text(self);
    }
}

impl Wire<'_> for String {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let limit = from.limits.text;
        from.text(limit).map(str::to_owned)
    }

    fn write(&self, to: &mut Writer) {
        to.text(self);
    }
}

/// Markup or style text: as long as the frame allows, beyond the limit of other texts.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Long<'a>(pub &'a str);

impl<'a> Wire<'a> for Long<'a> {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        from.text(usize::MAX).map(Self)
    }

    fn write(&self, to: &mut Writer) {
        to.text(self.0);
    }
}

impl fmt::Debug for Long<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Long({} bytes)", self.0.len())
    }
}

/// Bytes of a resource.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Data(pub Vec<u8>);

impl Wire<'_> for Data {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let length = from.size()?;
        if length > from.limits.text {
            return Err(WireError::too_large("data"));
        }
        from.raw(length).map(|bytes| Self(bytes.to_vec()))
    }

    fn write(&self, to: &mut Writer) {
        to.size(self.0.len());
        to.raw(&self.0);
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Data({} bytes)", self.0.len())
    }
}

/// A length or position in CSS px, kept in eighths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Px(pub i32);

impl Px {
    /// From CSS px, rounded to the nearest eighth, saturating.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, which is what is wanted"
    )]
    pub fn new(px: f64) -> Self {
        Self((px * 8.0).round() as i32)
    }

    /// In CSS px.
    #[must_use]
    pub fn px(self) -> f64 {
        f64::from(self.0) / 8.0
    }
}

impl Wire<'_> for Px {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let zigzag = from.uint()?;
        Ok(Self(
            (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed(),
        ))
    }

    fn write(&self, to: &mut Writer) {
        to.uint(((self.0 << 1) ^ (self.0 >> 31)).cast_unsigned());
    }
}

/// A content hash, opaque to both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 8]);

impl Wire<'_> for Hash {
    fn read(from: &mut Reader<'_>) -> Result<Self, WireError> {
        let mut hash = [0; 8];
        hash.copy_from_slice(from.raw(8)?);
        Ok(Self(hash))
    }

    fn write(&self, to: &mut Writer) {
        to.raw(&self.0);
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Vec<T> {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        let count = from.size()?;
        if count > from.left() {
            return Err(LENGTH); // every item is at least one byte
        }
        if count > from.limits.items {
            return Err(WireError::too_large("list"));
        }
        (0..count).map(|_| T::read(from)).collect()
    }

    fn write(&self, to: &mut Writer) {
        to.size(self.len());
        for item in self {
            item.write(to);
        }
    }
}

impl<'a, T: Wire<'a>> Wire<'a> for Option<T> {
    fn read(from: &mut Reader<'a>) -> Result<Self, WireError> {
        if bool::read(from)? {
            T::read(from).map(Some)
        } else {
            Ok(None)
        }
    }

    fn write(&self, to: &mut Writer) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }
}
