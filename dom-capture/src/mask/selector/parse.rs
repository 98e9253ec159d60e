//! Selector text into [`Complex`], or the reason why it cannot be enforced.

use cssparser::{Parser, Token};

use super::attribute::attribute;
use super::{Attribute, Combinator, Complex, Compound, Simple};
use crate::mask::named::BARE;
use crate::mask::names;

/// What a mask may consist of, for reasons.
pub(super) const ALLOWED: &str = "Mark the element with class no-upscope, or use one of: \
    type, .class, #id, [attr], descendant, >, :not(simple)";

/// Longest selector; a limit on what compiling costs.
const LONGEST: usize = 1_000;

pub(super) type Reason = String;

/// Parses a selector list.
pub(in crate::mask) fn parse_list(text: &str) -> Result<Vec<Complex>, Reason> {
    if text.len() > LONGEST {
        return Err(format!("longer than {LONGEST} bytes"));
    }
    if text.contains('\0') {
        return Err("NUL cannot stand in a selector".to_owned());
    }
    let mut tokens = Tokens {
        css: Parser::new(text),
        peeked: None,
    };
    let mut list = Vec::new();
    loop {
        list.push(complex(&mut tokens)?);
        match tokens.next() {
            None => return Ok(list),
            Some(Item::Comma) => {}
            Some(other) => return Err(unexpected(&other)),
        }
    }
}

/// Parses the list of an `unmask`: compounds without `:not` and without ancestors.
pub(in crate::mask) fn parse_unmask(text: &str) -> Result<Vec<Compound>, Reason> {
    parse_list(text)?
        .into_iter()
        .map(|member| {
            if !member.rest.is_empty() || !member.first.lacks.is_empty() {
                return Err(
                    "an unmask is one compound of type, .class, #id and [attr], without \
                    ancestors and without :not()"
                        .to_owned(),
                );
            }
            member.first.has.iter().try_for_each(deniable)?;
            Ok(member.first)
        })
        .collect()
}

/// One token of a selector; blocks are read as a whole.
#[derive(Debug, Clone)]
enum Item {
    Simple(Simple),
    Universal,
    Not(Vec<Simple>),
    Blank,
    Child,
    Comma,
}

struct Tokens<'i> {
    css: Parser<'i>,
    peeked: Option<Item>,
}

impl Tokens<'_> {
    /// The next item; reasons are kept for [`Tokens::next_or_reason`].
    fn next(&mut self) -> Option<Item> {
        self.peeked.take()
    }

    fn peek(&mut self) -> Result<Option<&Item>, Reason> {
        if self.peeked.is_none() {
            self.peeked = item(&mut self.css)?;
        }
        Ok(self.peeked.as_ref())
    }
}

fn unexpected(item: &Item) -> Reason {
    format!("unexpected {item:?}")
}

fn complex(tokens: &mut Tokens<'_>) -> Result<Complex, Reason> {
    skip_blank(tokens)?;
    let mut member = Complex {
        first: compound(tokens)?,
        rest: Vec::new(),
    };
    loop {
        let blank = skip_blank(tokens)?;
        let combinator = match tokens.peek()? {
            None | Some(Item::Comma) => break,
            Some(Item::Child) => {
                tokens.next();
                skip_blank(tokens)?;
                Combinator::Child
            }
            Some(_) if blank => Combinator::Descendant,
            Some(other) => return Err(unexpected(other)),
        };
        member.rest.push((combinator, compound(tokens)?));
    }
    if member.subject().has.is_empty() {
        return Err(format!(
            "its last part names nothing, so it would match almost every element. {ALLOWED}"
        ));
    }
    Ok(member)
}

fn skip_blank(tokens: &mut Tokens<'_>) -> Result<bool, Reason> {
    let mut any = false;
    while matches!(tokens.peek()?, Some(Item::Blank)) {
        tokens.next();
        any = true;
    }
    Ok(any)
}

fn compound(tokens: &mut Tokens<'_>) -> Result<Compound, Reason> {
    let mut compound = Compound::default();
    let mut parts = 0;
    loop {
        match tokens.peek()? {
            Some(Item::Simple(Simple::Type(_)) | Item::Universal) if parts > 0 => {
                return Err("a type stands first in its compound".to_owned());
            }
            Some(Item::Simple(_) | Item::Universal | Item::Not(_)) => {}
            _ if parts == 0 => return Err("a part is empty".to_owned()),
            _ => return Ok(compound),
        }
        match tokens.next() {
            Some(Item::Simple(simple)) => compound.has.push(simple),
            Some(Item::Not(simples)) => compound.lacks.extend(simples),
            _ => {}
        }
        parts += 1;
    }
}

/// Reads one item.
fn item(css: &mut Parser<'_>) -> Result<Option<Item>, Reason> {
    let Ok(token) = css.next_including_whitespace().cloned() else {
        return Ok(None);
    };
    let item = match token {
        Token::WhiteSpace(_) => Item::Blank,
        Token::Comma => Item::Comma,
        Token::Delim('>') => Item::Child,
        Token::Delim('*') => Item::Universal,
        Token::Colon => Item::Not(negation(css)?),
        token => Item::Simple(simple(&token, css)?),
    };
    Ok(Some(item))
}

/// A type, class, id or attribute whose first token has been read.
fn simple(token: &Token<'_>, css: &mut Parser<'_>) -> Result<Simple, Reason> {
    match token {
        Token::Ident(name) => Ok(Simple::Type(type_name(name)?)),
        Token::IDHash(id) => Ok(Simple::Id(operand(id)?)),
        Token::Delim('.') => match css.next_including_whitespace() {
            Ok(Token::Ident(class)) => Ok(Simple::Class(operand(class)?)),
            _ => Err("a class has no name".to_owned()),
        },
        Token::SquareBracketBlock => block(css, attribute).map(Simple::Attribute),
        Token::Delim(sibling @ ('+' | '~')) => Err(format!(
            "'{sibling}' cannot be enforced at the edge (siblings are not kept). {ALLOWED}"
        )),
        Token::Delim('|') => Err(format!(
            "namespaces cannot be enforced at the edge. {ALLOWED}"
        )),
        Token::Delim('&') => Err(format!("'&' has no meaning here. {ALLOWED}")),
        _ => Err(format!("it is not a selector. {ALLOWED}")),
    }
}

/// The inside of a block, read to its end.
fn block<T>(
    css: &mut Parser<'_>,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, Reason>,
) -> Result<T, Reason> {
    let mut result = Err("it is not a selector".to_owned());
    let _ = css.parse_nested_block(|inner| {
        result = read(inner);
        if result.is_ok() && !inner.is_exhausted() {
            result = Err(format!("it says more than can be read. {ALLOWED}"));
        }
        Ok::<(), cssparser::ParseError<()>>(())
    });
    result
}

/// What follows a colon: only `:not(…)` of simple selectors.
fn negation(css: &mut Parser<'_>) -> Result<Vec<Simple>, Reason> {
    match css.next_including_whitespace().cloned() {
        Ok(Token::Function(name)) if name.eq_ignore_ascii_case("not") => block(css, |inner| {
            let mut simples = vec![negated(inner)?];
            while let Ok(token) = inner.next().cloned() {
                if token != Token::Comma {
                    return Err(format!(
                        "':not()' can be enforced for single simple selectors only. {ALLOWED}"
                    ));
                }
                simples.push(negated(inner)?);
            }
            Ok(simples)
        }),
        Ok(Token::Function(name)) if is_counting(&name) => Err(format!(
            "':{name}()' cannot be enforced at the edge (live changes move positions). {ALLOWED}"
        )),
        Ok(Token::Function(name)) => Err(format!(
            "':{name}()' cannot be enforced at the edge (HTML is matched in one pass). {ALLOWED}"
        )),
        Ok(Token::Ident(name)) => Err(format!(
            "':{name}' cannot be enforced at the edge (it is not in the markup). {ALLOWED}"
        )),
        Ok(Token::Colon) => Err(format!(
            "pseudo-elements cannot be masked apart from their element. {ALLOWED}"
        )),
        _ => Err("a ':' stands alone".to_owned()),
    }
}

fn is_counting(name: &str) -> bool {
    name.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("nth-"))
}

fn negated(css: &mut Parser<'_>) -> Result<Simple, Reason> {
    let token = css
        .next()
        .cloned()
        .map_err(|_| "':not()' is empty".to_owned())?;
    if matches!(token, Token::Colon | Token::Delim('*')) {
        return Err(format!(
            "':not()' can be enforced for single simple selectors only. {ALLOWED}"
        ));
    }
    let simple = simple(&token, css)?;
    deniable(&simple)?;
    Ok(simple)
}

/// Where a test may match more on the wire than in the page, its denial would hide less.
fn deniable(simple: &Simple) -> Result<(), Reason> {
    match simple {
        Simple::Attribute(Attribute {
            test: Some(test), ..
        }) if !test.is_exact() => Err("where it is denied, this operand could match the writing \
            of &, <, > or \"; use a longer one"
            .to_owned()),
        Simple::Type(name)
            if name.bytes().any(|byte| byte.is_ascii_uppercase()) || names::is_adjusted(name) =>
        {
            Err(
                "where it is denied, a type stands in lower case, and is none that SVG writes \
                otherwise"
                    .to_owned(),
            )
        }
        _ => Ok(()),
    }
}

fn type_name(name: &str) -> Result<String, Reason> {
    if name.contains(['\u{a0}', '\0']) {
        return Err("a type has a character that no element has".to_owned());
    }
    if name.eq_ignore_ascii_case(BARE) {
        return Err(format!("the name '{BARE}' is reserved"));
    }
    Ok(name.to_owned())
}

/// A class, id or operand. U+00A0 has two forms on the wire.
pub(super) fn operand(text: &str) -> Result<String, Reason> {
    if text.contains('\u{a0}') {
        return Err("a no-break space cannot be matched at the edge".to_owned());
    }
    Ok(text.to_owned())
}
