//! Values as JSON for the vectors both languages read. Tests alone: content has no other way to
//! become text.

use serde_json::{Map, Value};

use super::{Data, Hash, Long, Px};

pub(crate) trait Json {
    fn json(&self) -> Value;
}

/// Sets a field; an absent option has none.
pub(crate) fn put(object: &mut Map<String, Value>, name: &str, value: &impl Json) {
    let value = value.json();
    if !value.is_null() {
        object.insert(name.trim_start_matches("r#").to_owned(), value);
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Json for $type {
            fn json(&self) -> Value {
                Value::from(self.clone())
            }
        })*
    };
}
plain!(u8, u32, bool, String, &str);

impl Json for Long<'_> {
    fn json(&self) -> Value {
        self.0.into()
    }
}

impl Json for Px {
    fn json(&self) -> Value {
        if self.0 % 8 == 0 {
            (self.0 / 8).into()
        } else {
            self.px().into()
        }
    }
}

impl Json for Data {
    fn json(&self) -> Value {
        hex(&self.0).into()
    }
}

impl Json for Hash {
    fn json(&self) -> Value {
        hex(&self.0).into()
    }
}

impl<T: Json> Json for Vec<T> {
    fn json(&self) -> Value {
        self.iter().map(Json::json).collect()
    }
}

impl<T: Json> Json for Option<T> {
    fn json(&self) -> Value {
        self.as_ref().map_or(Value::Null, Json::json)
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
