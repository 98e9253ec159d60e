//! [`Complex`] back into CSS: for the page, which matches values as they are.

use std::fmt;

use cssparser::{serialize_identifier, serialize_string};

use super::{Attribute, Case, Combinator, Complex, Compound, Operator, Simple, Test};

impl fmt::Display for Complex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(out)?;
        for (combinator, compound) in &self.rest {
            out.write_str(match combinator {
                Combinator::Descendant => " ",
                Combinator::Child => " > ",
            })?;
            compound.fmt(out)?;
        }
        Ok(())
    }
}

impl fmt::Display for Compound {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.has.is_empty() && self.lacks.is_empty() {
            return out.write_str("*");
        }
        for simple in &self.has {
            simple.fmt(out)?;
        }
        for simple in &self.lacks {
            write!(out, ":not({simple})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Simple {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(name) => serialize_identifier(name, out),
            Self::Class(name) => {
                out.write_str(".")?;
                serialize_identifier(name, out)
            }
            Self::Id(name) => {
                out.write_str("#")?;
                serialize_identifier(name, out)
            }
            Self::Attribute(attribute) => attribute.fmt(out),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[")?;
        serialize_identifier(&self.name, out)?;
        if let Some(test) = &self.test {
            test.fmt(out)?;
        }
        out.write_str("]")
    }
}

impl fmt::Display for Test {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.operator {
            Operator::Equals => "=",
            Operator::Includes => "~=",
            Operator::Dash => "|=",
            Operator::Prefix => "^=",
            Operator::Suffix => "$=",
            Operator::Substring => "*=",
        })?;
        serialize_string(&self.operand, out)?;
        out.write_str(match self.case {
            Case::Unset => "",
            Case::Insensitive => " i",
            Case::Sensitive => " s",
        })
    }
}
