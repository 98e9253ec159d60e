//! Cookies of the sites in a proxied session.

mod date;
mod jar;
mod parse;
mod site;
#[cfg(test)]
mod tests;

pub(super) use jar::{Jar, Relation};
pub(super) use site::{is_address, same_site};
