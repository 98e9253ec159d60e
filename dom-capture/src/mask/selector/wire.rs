//! [`Complex`] as the edge matches it: against markup on the wire, whose names are in lower case
//! and whose values are written with references.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cssparser::{serialize_identifier, serialize_string};

use super::{Attribute, Case, Combinator, Complex, Compound, Operator, Simple, Test};
use crate::mask::names;
use crate::mask::token::Token;

/// Most forms that one member of a list may take; `table tr td` has one, `video source` two.
const MOST_FORMS: usize = 64;

/// One form of a selector, ready to match.
pub(in crate::mask) struct Matcher {
    /// For documents in standards mode.
    pub(in crate::mask) standard: lol_html::Selector,
    /// For documents in quirks mode, where classes and ids compare without case.
    pub(in crate::mask) quirks: lol_html::Selector,
    /// All of these stand in every payload that holds a match.
    pub(in crate::mask) tokens: Vec<Token>,
    /// The form itself, for what it names.
    pub(in crate::mask) form: Complex,
}

impl Matcher {
    fn new(form: Complex) -> Result<Self, String> {
        let parse = |quirks| {
            text(&form, quirks)
                .parse::<lol_html::Selector>()
                .map_err(|error| format!("the matcher refuses it: {error}"))
        };
        Ok(Self {
            standard: parse(false)?,
            quirks: parse(true)?,
            tokens: tokens(form.subject()),
            form,
        })
    }
}

/// All forms a member of a list takes on the wire.
pub(in crate::mask) fn wire_forms(member: &Complex) -> Result<Vec<Matcher>, String> {
    let mut forms = vec![member.clone()];
    for index in 0..=member.rest.len() {
        forms = forms
            .into_iter()
            .flat_map(|form| renamed_forms(form, index))
            .collect();
        if forms.len() > MOST_FORMS {
            return Err("too many of its types travel under two names".to_owned());
        }
    }
    for compound in forms.iter_mut().flat_map(Complex::compounds_mut) {
        lower_types(compound);
        settle_lacks(compound);
    }
    forms.into_iter().map(Matcher::new).collect()
}

fn lower_types(compound: &mut Compound) {
    for simple in compound.has.iter_mut().chain(&mut compound.lacks) {
        if let Simple::Type(name) = simple {
            name.make_ascii_lowercase();
        }
    }
}

/// A mask with its exemptions, in selectors that deny simple ones only: an element is not `a.b` if
/// it is not `a` or not `.b`, so each exemption multiplies the forms by its parts.
pub(in crate::mask) fn exempt(
    member: &Complex,
    spared: &[&Compound],
) -> Result<Vec<Complex>, String> {
    let mut forms = vec![member.clone()];
    for compound in spared {
        forms = forms
            .iter()
            .flat_map(|form| {
                compound.has.iter().map(|simple| {
                    let mut form = form.clone();
                    form.subject_mut().lacks.push(simple.clone());
                    form
                })
            })
            .collect();
        if forms.len() > MOST_FORMS {
            return Err(
                "too many unmasks with several parts: give what is exempt a class".to_owned(),
            );
        }
    }
    Ok(forms)
}

/// An element may travel as `<u-el u:n="…">`: a type then matches either form.
fn renamed_forms(form: Complex, index: usize) -> Vec<Complex> {
    let types = form.compounds().nth(index).and_then(|compound| {
        compound.has.iter().find_map(|simple| match simple {
            Simple::Type(name) if may_be_renamed(name) => Some(name.clone()),
            _ => None,
        })
    });
    let Some(name) = types else {
        return vec![form];
    };
    let mut other = form.clone();
    if let Some(compound) = other.compounds_mut().nth(index) {
        for simple in &mut compound.has {
            if *simple == Simple::Type(name.clone()) {
                *simple = real_name(&name.to_ascii_lowercase());
            }
        }
    }
    if is_always_renamed(&name.to_ascii_lowercase()) {
        vec![other]
    } else {
        vec![form, other]
    }
}

/// `:not(type)` spares both forms; a `template` never means a shadow root, which is written as one.
fn settle_lacks(compound: &mut Compound) {
    let renamed: Vec<Simple> = compound
        .lacks
        .iter()
        .filter_map(|simple| match simple {
            Simple::Type(name) if is_renamed(name) => Some(real_name(name)),
            _ => None,
        })
        .collect();
    compound
        .lacks
        .retain(|simple| !matches!(simple, Simple::Type(name) if is_always_renamed(name)));
    compound.lacks.extend(renamed);
    if compound.has.contains(&Simple::Type("template".to_owned())) {
        compound.lacks.push(Simple::Attribute(Attribute {
            name: "shadowrootmode".to_owned(),
            test: None,
        }));
    }
}

/// The test for an element that travels as `<u-el u:n="name">`.
fn real_name(name: &str) -> Simple {
    Simple::Attribute(Attribute {
        name: "u:n".to_owned(),
        test: Some(Test {
            operator: Operator::Equals,
            operand: name.to_owned(),
            case: Case::Insensitive,
        }),
    })
}

/// May an element that this type means, as it is written, travel as `<u-el u:n="…">`? Elements with
/// capitals in their name do, and outside HTML a type means them as it is written.
fn may_be_renamed(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_uppercase()) || is_renamed(name)
}

/// May an element of this name travel as `<u-el u:n="…">`?
pub(in crate::mask) fn is_renamed(name: &str) -> bool {
    is_always_renamed(name)
        || name == "listing"
        || names::is_void(name.as_bytes())
        || names::is_empty_only(name.as_bytes())
        || names::is_adjusted(name)
}

fn is_always_renamed(name: &str) -> bool {
    matches!(name, "script" | "noscript" | "plaintext" | "u-el")
        || !names::is_element_name(name.as_bytes())
}

/// Tokens that stand in every payload holding a subject of this compound.
fn tokens(subject: &Compound) -> Vec<Token> {
    let mut tokens = Vec::new();
    for simple in &subject.has {
        match simple {
            Simple::Type(_) => {}
            Simple::Class(class) => tokens.push(Token::word(&escape(class))),
            Simple::Id(id) => tokens.push(Token::part(&format!(" id=\"{}\"", escape(id)))),
            Simple::Attribute(Attribute { name, test: None }) => {
                tokens.push(Token::attribute(name));
            }
            Simple::Attribute(Attribute {
                name,
                test: Some(test),
            }) => tokens.extend(test_tokens(name, test)),
        }
    }
    if tokens.is_empty() {
        tokens.extend(subject.has.iter().filter_map(|simple| match simple {
            Simple::Type(name) => Some(Token::element(name)),
            _ => None,
        }));
    }
    tokens
}

fn test_tokens(name: &str, test: &Test) -> Vec<Token> {
    let operand = escape(&test.operand);
    match test.operator {
        Operator::Equals => vec![Token::part(&format!(" {name}=\"{operand}\""))],
        Operator::Prefix | Operator::Dash => vec![Token::part(&format!(" {name}=\"{operand}"))],
        Operator::Suffix => vec![Token::attribute(name), Token::part(&format!("{operand}\""))],
        Operator::Includes => vec![Token::attribute(name), Token::word(&operand)],
        Operator::Substring => vec![Token::attribute(name), Token::part(&operand)],
    }
}

/// A value as the wire writes it.
pub(in crate::mask) fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            other => out.push(other),
        }
    }
    out
}

/// The form in the matcher's language. Flags are always written, since the matcher's own idea of
/// which element is HTML differs from the page's.
fn text(form: &Complex, quirks: bool) -> String {
    let mut out = String::new();
    compound_text(&form.first, quirks, &mut out);
    for (combinator, compound) in &form.rest {
        out.push_str(match combinator {
            Combinator::Descendant => " ",
            Combinator::Child => " > ",
        });
        compound_text(compound, quirks, &mut out);
    }
    out
}

fn compound_text(compound: &Compound, quirks: bool, out: &mut String) {
    if compound.has.is_empty() && compound.lacks.is_empty() {
        out.push('*');
    }
    for simple in &compound.has {
        simple_text(simple, quirks, false, out);
    }
    for simple in &compound.lacks {
        out.push_str(":not(");
        simple_text(simple, quirks, true, out);
        out.push(')');
    }
}

fn simple_text(simple: &Simple, quirks: bool, negated: bool, out: &mut String) {
    // Writing into a String cannot fail.
    let _ = match simple {
        Simple::Type(name) => serialize_identifier(name, out),
        Simple::Class(class) if quirks => test_text("class", "~=", &escape(class), true, out),
        Simple::Id(id) if quirks => test_text("id", "=", &escape(id), true, out),
        Simple::Class(class) => {
            out.push('.');
            serialize_identifier(&escape(class), out)
        }
        Simple::Id(id) => {
            out.push('#');
            serialize_identifier(&escape(id), out)
        }
        Simple::Attribute(Attribute { name, test: None }) => {
            out.push('[');
            let written = serialize_identifier(name, out);
            out.push(']');
            written
        }
        Simple::Attribute(Attribute {
            name,
            test: Some(test),
        }) => {
            let operator = match test.operator {
                Operator::Equals => "=",
                Operator::Includes => "~=",
                Operator::Dash => "|=",
                Operator::Prefix => "^=",
                Operator::Suffix => "$=",
                Operator::Substring => "*=",
            };
            test_text(
                name,
                operator,
                &escape(&test.operand),
                is_insensitive(name, test.case, negated),
                out,
            )
        }
    };
}

fn test_text(
    name: &str,
    operator: &str,
    operand: &str,
    insensitive: bool,
    out: &mut String,
) -> std::fmt::Result {
    out.push('[');
    serialize_identifier(name, out)?;
    out.push_str(operator);
    serialize_string(operand, out)?;
    out.write_str(if insensitive { " i]" } else { " s]" })
}

/// HTML compares some values without case, on HTML elements. Where that is not known, the choice
/// is the one that masks more.
fn is_insensitive(name: &str, case: Case, negated: bool) -> bool {
    match case {
        Case::Insensitive => true,
        Case::Sensitive => false,
        Case::Unset => !negated && INSENSITIVE.contains(name),
    }
}

/// "Case-sensitivity of selectors" in the HTML standard.
static INSENSITIVE: std::sync::LazyLock<BTreeSet<&str>> = std::sync::LazyLock::new(|| {
    "accept accept-charset align alink axis bgcolor charset checked clear codetype color compact \
     declare defer dir direction disabled enctype face frame hreflang http-equiv lang language link \
     media method multiple nohref noresize noshade nowrap readonly rel rev rules scope scrolling \
     selected shape target text type valign valuetype vlink"
        .split_ascii_whitespace()
        .collect()
});
