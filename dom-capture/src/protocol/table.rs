//! The tables of docs/protocol.md as Rust: `record!` for a body, `codes!` for an enumerated byte,
//! `family!` for a set of tagged values. Debug shows names only: what a message says is content.

/// A body: its fields one after the other.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name $(<$life>)? { $($(#[$field_doc])* pub $field: $type,)* }

        crate::protocol::table::record_wire!($name $(<$life>)? { $($field,)* });

        impl $(<$life>)? std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        #[cfg(test)]
        impl $(<$life>)? crate::protocol::json::Json for $name $(<$life>)? {
            fn json(&self) -> serde_json::Value {
                #[allow(unused_mut, clippy::allow_attributes, reason = "a body may have no field")]
                let mut object = serde_json::Map::new();
                $(crate::protocol::json::put(&mut object, stringify!($field), &self.$field);)*
                serde_json::Value::Object(object)
            }
        }
    };
}

/// Reading and writing of a record; apart, because the lifetime is either given or free.
macro_rules! record_wire {
    ($name:ident { $($field:ident,)* }) => {
        impl<'wire> crate::protocol::Wire<'wire> for $name {
            crate::protocol::table::record_body!($name { $($field,)* } 'wire);
        }
    };
    ($name:ident <$life:lifetime> { $($field:ident,)* }) => {
        impl<$life> crate::protocol::Wire<$life> for $name<$life> {
            crate::protocol::table::record_body!($name { $($field,)* } $life);
        }
    };
}

macro_rules! record_body {
    ($name:ident { $($field:ident,)* } $life:lifetime) => {
        fn read(_from: &mut crate::protocol::Reader<$life>) -> Result<Self, crate::protocol::WireError> {
            Ok(Self { $($field: crate::protocol::Wire::read(_from)
                .map_err(|error| error.within(concat!(stringify!($name), ".", stringify!($field))))?,)* })
        }

        fn write(&self, _to: &mut crate::protocol::Writer) {
            $(self.$field.write(_to);)*
        }
    };
}

/// An enumerated byte; other values are refused.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$case_doc])* $case = $code,)* }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$case,)*];

            /// The byte on the wire.
            #[must_use]
            pub const fn code(self) -> u8 { self as u8 }
        }

        impl crate::protocol::Wire<'_> for $name {
            fn read(from: &mut crate::protocol::Reader<'_>) -> Result<Self, crate::protocol::WireError> {
                match from.byte()? {
                    $($code => Ok(Self::$case),)*
                    _ => Err(crate::protocol::WireError::message("code")),
                }
            }

            fn write(&self, to: &mut crate::protocol::Writer) { to.byte(self.code()); }
        }

        #[cfg(test)]
        impl crate::protocol::json::Json for $name {
            fn json(&self) -> serde_json::Value { self.code().into() }
        }
    };
}

/// A tagged set whose cases are records: the first byte says which. `$what` is the field an unknown
/// tag is reported as.
macro_rules! family {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? { $($(#[$case_doc:meta])* $code:literal $case:ident $(<$case_life:lifetime>)?,)* }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub enum $name $(<$life>)? { $($(#[$case_doc])* $case($case $(<$case_life>)?),)* }

        impl $(<$life>)? $name $(<$life>)? {
            /// The byte that says which.
            #[must_use]
            pub const fn code(&self) -> u8 {
                match self { $(Self::$case(_) => $code,)* }
            }

            /// Its name in docs/protocol.md.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$case(_) => stringify!($case),)* }
            }
        }

        impl $(<$life>)? std::fmt::Debug for $name $(<$life>)? {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(self.name())
            }
        }

        crate::protocol::table::family_wire!($name $(<$life>)? { $($code $case,)* });

        #[cfg(test)]
        impl $(<$life>)? crate::protocol::json::Json for $name $(<$life>)? {
            fn json(&self) -> serde_json::Value {
                let mut value = match self { $(Self::$case(body) => body.json(),)* };
                value["kind"] = self.name().into();
                value
            }
        }
    };
}

macro_rules! family_wire {
    ($name:ident { $($code:literal $case:ident,)* }) => {
        impl<'wire> crate::protocol::Family<'wire> for $name {
            crate::protocol::table::family_body!($name { $($code $case,)* } 'wire);
        }
    };
    ($name:ident <$life:lifetime> { $($code:literal $case:ident,)* }) => {
        impl<$life> crate::protocol::Family<$life> for $name<$life> {
            crate::protocol::table::family_body!($name { $($code $case,)* } $life);
        }
    };
}

macro_rules! family_body {
    ($name:ident { $($code:literal $case:ident,)* } $life:lifetime) => {
        fn read_body(code: u8, from: &mut crate::protocol::Reader<$life>) -> Result<Self, crate::protocol::WireError> {
            match code {
                $($code => crate::protocol::Wire::read(from).map(Self::$case),)*
                _ => Err(crate::protocol::WireError::message(concat!(stringify!($name), ".kind"))),
            }
        }

        fn tag(&self) -> u8 { self.code() }

        fn write_body(&self, to: &mut crate::protocol::Writer) {
            match self { $(Self::$case(body) => crate::protocol::Wire::write(body, to),)* }
        }
    };
}

pub(crate) use {codes, family, family_body, family_wire, record, record_body, record_wire};
