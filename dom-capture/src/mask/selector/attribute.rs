//! What stands between brackets, and which of it can be matched on the wire.

use cssparser::{Parser, Token};

use super::parse::{ALLOWED, Reason, operand};
use super::{Attribute, Case, Operator, Test};

pub(super) fn attribute(css: &mut Parser<'_>) -> Result<Attribute, Reason> {
    let name = match css.next() {
        Ok(Token::Ident(name)) => attribute_name(name)?,
        _ => return Err(format!("an attribute has no plain name. {ALLOWED}")),
    };
    let operator = match css.next().cloned() {
        Err(_) => return Ok(Attribute { name, test: None }),
        Ok(Token::Delim('=')) => Operator::Equals,
        Ok(Token::IncludeMatch) => Operator::Includes,
        Ok(Token::DashMatch) => Operator::Dash,
        Ok(Token::PrefixMatch) => Operator::Prefix,
        Ok(Token::SuffixMatch) => Operator::Suffix,
        Ok(Token::SubstringMatch) => Operator::Substring,
        Ok(_) => return Err(format!("an attribute test is not understood. {ALLOWED}")),
    };
    let operand = match css.next() {
        Ok(Token::Ident(value) | Token::QuotedString(value)) => operand(value)?,
        _ => return Err("an attribute test has no value; put it into quotes".to_owned()),
    };
    let case = match css.next() {
        Err(_) => Case::Unset,
        Ok(Token::Ident(flag)) if flag.eq_ignore_ascii_case("i") => Case::Insensitive,
        Ok(Token::Ident(flag)) if flag.eq_ignore_ascii_case("s") => Case::Sensitive,
        Ok(_) => return Err("an attribute test has an unknown flag".to_owned()),
    };
    let test = Test {
        operator,
        operand,
        case,
    };
    test.check(&name)?;
    Ok(Attribute {
        name,
        test: Some(test),
    })
}

/// Attributes that travel under their own name.
fn attribute_name(name: &str) -> Result<String, Reason> {
    let lower = name.to_ascii_lowercase();
    let plain = |byte: u8| {
        byte.is_ascii_lowercase()
            || byte.is_ascii_digit()
            || matches!(byte, b':' | b'_' | b'.' | b'-')
    };
    if !lower.bytes().all(plain) || lower.starts_with("u:") || lower == "shadowrootmode" {
        return Err(format!(
            "the attribute '{name}' does not travel under its own name, so it cannot be matched"
        ));
    }
    if lower.starts_with("on") || lower == "nonce" || lower == "srcdoc" {
        return Err(format!(
            "the attribute '{name}' is never sent, so it cannot be matched"
        ));
    }
    Ok(lower)
}

impl Test {
    /// Tests that no element on the wire can fulfil, though one in the page can.
    fn check(&self, name: &str) -> Result<(), Reason> {
        let nothing = matches!(
            self.operator,
            Operator::Includes | Operator::Prefix | Operator::Suffix | Operator::Substring
        );
        if nothing && self.operand.is_empty() {
            return Err("an empty operand matches nothing".to_owned());
        }
        if self.operator == Operator::Includes
            && self.operand.contains(|c: char| c.is_ascii_whitespace())
        {
            return Err("a word with a blank in it matches nothing".to_owned());
        }
        let script = "javascript:";
        let start = self.operand.trim_start().get(..script.len());
        if start.is_some_and(|start| start.eq_ignore_ascii_case(script)) {
            return Err(format!(
                "a script as '{name}' is never sent, so it cannot be matched"
            ));
        }
        Ok(())
    }

    /// Does it match the written form exactly where it matches the value? A written form has
    /// references, whose letters a part of the value could be taken for.
    pub(super) fn is_exact(&self) -> bool {
        let operand = self.operand.to_ascii_lowercase();
        let inside = |reference: &&str| reference.contains(&operand);
        match self.operator {
            Operator::Suffix => !operand.contains(';'),
            Operator::Substring => {
                !operand.contains(';') && !["amp", "lt", "gt", "quot", "nbsp"].iter().any(inside)
            }
            _ => true,
        }
    }
}
