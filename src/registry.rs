//! What is known by name: one table for each kind of thing and, where its code is generic, for each
//! backend.
//!
//! A table starts with what this crate has and may be added to while a program runs. Rust has no
//! generic statics, so tables are found by their type.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::sync::{LazyLock, Mutex, PoisonError, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Entries by name.
type Table<T> = RwLock<BTreeMap<String, T>>;

/// An entry of a table: what the crate's own table starts with.
pub(crate) trait Entry: Clone + Send + Sync + 'static {
    /// The entries of this crate, by name.
    fn own() -> Vec<(&'static str, Self)>;
}

/// The one table of these entries.
fn table<T: Entry>() -> &'static Table<T> {
    static TABLES: LazyLock<Mutex<HashMap<TypeId, &'static (dyn Any + Send + Sync)>>> =
        LazyLock::new(Mutex::default);
    let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
    let table = tables.entry(TypeId::of::<T>()).or_insert_with(|| {
        let own = T::own().into_iter();
        let own = own.map(|(name, entry)| (name.to_owned(), entry));
        let table: Table<T> = RwLock::new(own.collect());
        Box::leak(Box::new(table))
    });
    table
        .downcast_ref()
        .expect("each table is kept under the type of its entries")
}

/// The entry of that name.
pub(crate) fn find<T: Entry>(name: &str) -> Option<T> {
    let table = table::<T>().read().unwrap_or_else(PoisonError::into_inner);
    table.get(name).cloned()
}

/// All entries, by name.
pub(crate) fn all<T: Entry>() -> Vec<(String, T)> {
    let table = table::<T>().read().unwrap_or_else(PoisonError::into_inner);
    table.clone().into_iter().collect()
}

/// Adds an entry, or puts it in the place of the one of that name.
pub(crate) fn add<T: Entry>((name, entry): (&str, T)) {
    let mut table = table::<T>().write().unwrap_or_else(PoisonError::into_inner);
    table.insert(name.to_owned(), entry);
}

/// What a handle of any type needs of that type to be compared and stored as it is.
pub(crate) trait Held: Any + Debug + Send + Sync {
    fn settings(&self) -> Value;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: Debug + Send + Sync + PartialEq + Serialize + 'static> Held for T {
    fn settings(&self) -> Value {
        serde_json::to_value(self).expect("what has a kind is plain numbers and names")
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}

/// What is of the type that its kind names.
pub(crate) fn of_kind<T: 'static>(held: &dyn Any) -> &T {
    let held = held.downcast_ref();
    held.expect("a kind is registered with the one type that has it")
}

/// Shows, compares and stores a handle as what it holds; `$OnHost` has the function that reads a kind
/// back.
macro_rules! as_what_it_holds {
    ($Handle:ident, $OnHost:ident, $what:literal) => {
        impl std::fmt::Debug for $Handle {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(formatter)
            }
        }

        impl PartialEq for $Handle {
            fn eq(&self, other: &Self) -> bool {
                self.0.equals(&*other.0)
            }
        }

        impl serde::Serialize for $Handle {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::registry::tagged(self.0.kind(), self.0.settings()).serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $Handle {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let settings = serde_json::Value::deserialize(from)?;
                let found = $crate::registry::untagged::<$OnHost>(settings, $what);
                let (known, settings) = found.map_err(D::Error::custom)?;
                (known.parse)(settings).map_err(D::Error::custom)
            }
        }
    };
}
pub(crate) use as_what_it_holds;

/// The name of a kind in the serialised form of what is of it.
const KIND: &str = "kind";

/// The settings of something with the name of its kind among them: a struct with named fields, or with
/// none.
pub(crate) fn tagged(kind: &str, settings: Value) -> Value {
    let mut settings = match settings {
        Value::Object(settings) => settings,
        Value::Null => Map::new(),
        other => panic!("{kind} is serialised as {other}, not as a struct with named fields"),
    };
    settings.insert(KIND.to_owned(), Value::from(kind));
    Value::Object(settings)
}

/// The entry of the kind that settings name, and the settings without the name.
pub(crate) fn untagged<T: Entry>(settings: Value, what: &str) -> Result<(T, Value), String> {
    let Value::Object(mut settings) = settings else {
        return Err(format!("a {what}: it is no object with the name of a kind"));
    };
    let Some(Value::String(kind)) = settings.remove(KIND) else {
        return Err(format!("a {what}: it names no kind"));
    };
    let known = find(&kind).ok_or_else(|| format!("there is no {what} of kind {kind:?}"))?;
    Ok((known, Value::Object(settings)))
}

/// Settings back from what [`untagged`] left: a struct without fields is written as nothing.
pub(crate) fn parse<T: DeserializeOwned>(settings: Value) -> Result<T, serde_json::Error> {
    let nothing = settings.as_object().is_some_and(Map::is_empty);
    let parsed = nothing
        .then(|| serde_json::from_value(Value::Null).ok())
        .flatten();
    parsed.map_or_else(|| serde_json::from_value(settings), Ok)
}

/// Adds what a type does on each backend that is compiled in, and on the one that differentiates over
/// it.
macro_rules! add_on_each_backend {
    ($OnDevice:ident, $T:ident) => {
        #[cfg(feature = "cpu")]
        $crate::registry::add($OnDevice::<retune_kernels::Cpu>::of::<$T>());
        #[cfg(feature = "cpu")]
        $crate::registry::add(
            $OnDevice::<burn::backend::Autodiff<retune_kernels::Cpu>>::of::<$T>(),
        );
        #[cfg(feature = "wgpu")]
        $crate::registry::add($OnDevice::<retune_kernels::Wgpu>::of::<$T>());
        #[cfg(feature = "wgpu")]
        $crate::registry::add(
            $OnDevice::<burn::backend::Autodiff<retune_kernels::Wgpu>>::of::<$T>(),
        );
    };
}
pub(crate) use add_on_each_backend;
