/// Declares an enum whose variants are words on the wire and in the database.
///
/// The word stands once; text, parsing, JSON and column all follow from it.
///
/// ```
/// kernel::words! {
///     /// How loud.
///     pub enum Volume { /// Hardly there.
///         Low = "low", /// Everybody hears it.
///         High = "high" }
/// }
/// assert_eq!(Volume::High.as_str(), "high");
/// assert_eq!(Volume::parse("low"), Some(Volume::Low));
/// assert_eq!(Volume::ALL.len(), 2);
/// ```
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $name {
            /// Every variant, in the order of declaration.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire and in the database.
            #[must_use]
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The variant for a word, if it is one of ours.
            #[must_use]
            $vis fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let word = <::std::borrow::Cow<'de, str> as $crate::serde::Deserialize>::deserialize(d)?;
                Self::parse(&word).ok_or_else(|| {
                    $crate::serde::de::Error::unknown_variant(&word, &[$($word),+])
                })
            }
        }

        impl $crate::column::ToColumn for $name {
            const KIND: $crate::column::ColumnKind = $crate::column::ColumnKind::Text;
            fn to_column(&self) -> $crate::column::Column {
                $crate::column::Column::Text(Some(self.as_str().to_owned()))
            }
        }

        impl $crate::column::FromColumn for $name {
            const KIND: $crate::column::ColumnKind = $crate::column::ColumnKind::Text;
            fn from_column(column: $crate::column::Column) -> Result<Self, String> {
                let word = <String as $crate::column::FromColumn>::from_column(column)?;
                Self::parse(&word).ok_or_else(|| {
                    format!("{word:?} is no {}", stringify!($name))
                })
            }
        }
    };
}
