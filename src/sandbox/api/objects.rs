//! Objects with one history, as etcd keeps them: every change gets the next version, and recent ones are remembered
//! for watches and for lists that are read in pages.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// So many changes are remembered; who asks for older ones is told to list again.
const REMEMBERED: usize = 20_000;

/// Group and plural of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Collection {
    pub(crate) group: String,
    pub(crate) plural: String,
}

impl Collection {
    pub(crate) fn new(group: &str, plural: &str) -> Self {
        Self {
            group: group.to_owned(),
            plural: plural.to_owned(),
        }
    }
}

/// Namespace (empty for none) and name.
pub(crate) type Name = (String, String);
/// Objects of one kind, in the order in which they are listed.
pub(crate) type Kept = BTreeMap<Name, Arc<Value>>;

/// One change of one object.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) collection: Collection,
    pub(crate) name: Name,
    pub(crate) before: Option<Arc<Value>>,
    pub(crate) after: Option<Arc<Value>>,
}

/// Everything that is stored.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    version: u64,
    collections: HashMap<Collection, Kept>,
    history: VecDeque<Change>,
    /// The newest version that is no longer in the history.
    forgotten: u64,
}

impl Objects {
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// The next change gets a version after this one: nobody takes a resource version of an earlier world for a new one.
    pub(crate) fn go_on_from(&mut self, version: u64) {
        self.version = self.version.max(version);
    }

    pub(crate) fn get(
        &self,
        collection: &Collection,
        namespace: &str,
        name: &str,
    ) -> Option<Arc<Value>> {
        let key = (namespace.to_owned(), name.to_owned());
        self.collections.get(collection)?.get(&key).cloned()
    }

    /// All objects of a kind, in a namespace or (empty) in all.
    pub(crate) fn all(&self, collection: &Collection, namespace: &str) -> Vec<Arc<Value>> {
        let Some(kept) = self.collections.get(collection) else {
            return Vec::new();
        };
        let first = (namespace.to_owned(), String::new());
        kept.range(first..)
            .take_while(|((found, _), _)| namespace.is_empty() || found == namespace)
            .map(|(_, object)| object.clone())
            .collect()
    }

    /// Every kind that has objects.
    pub(crate) fn collections(&self) -> Vec<Collection> {
        self.collections.keys().cloned().collect()
    }

    /// Stores an object under its name and gives it the next version.
    pub(crate) fn put(&mut self, collection: &Collection, mut object: Value) -> Arc<Value> {
        self.version += 1;
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        let name = name_of(&object);
        let object = Arc::new(object);
        let kept = self.collections.entry(collection.clone()).or_default();
        let before = kept.insert(name.clone(), object.clone());
        self.remember(collection, name, before, Some(object.clone()));
        object
    }

    /// Takes an object away; gives it as it was last.
    pub(crate) fn remove(&mut self, collection: &Collection, name: &Name) -> Option<Arc<Value>> {
        let before = self.collections.get_mut(collection)?.remove(name)?;
        self.version += 1;
        self.remember(collection, name.clone(), Some(before.clone()), None);
        Some(before)
    }

    fn remember(
        &mut self,
        collection: &Collection,
        name: Name,
        before: Option<Arc<Value>>,
        after: Option<Arc<Value>>,
    ) {
        self.history.push_back(Change {
            version: self.version,
            collection: collection.clone(),
            name,
            before,
            after,
        });
        if self.history.len() > REMEMBERED
            && let Some(oldest) = self.history.pop_front()
        {
            self.forgotten = oldest.version;
        }
    }

    /// Changes after `version`, oldest first; `None` when some of them are forgotten.
    pub(crate) fn since(&self, version: u64) -> Option<impl Iterator<Item = &Change>> {
        let start = self
            .history
            .partition_point(|change| change.version <= version);
        (version >= self.forgotten).then(|| self.history.range(start..))
    }

    /// A kind as it was at `version`: later changes taken back. O(changes since) beside the copy.
    pub(crate) fn as_of(&self, collection: &Collection, version: u64) -> Option<Kept> {
        let mut kept = self
            .collections
            .get(collection)
            .cloned()
            .unwrap_or_default();
        let later: Vec<&Change> = self.since(version)?.collect();
        for change in later
            .into_iter()
            .rev()
            .filter(|change| change.collection == *collection)
        {
            match &change.before {
                Some(before) => kept.insert(change.name.clone(), before.clone()),
                None => kept.remove(&change.name),
            };
        }
        Some(kept)
    }
}

/// A field that is a text; empty where it is none.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Namespace and name of an object.
pub(crate) fn name_of(object: &Value) -> Name {
    let part = |key: &str| {
        object["metadata"][key]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    (part("namespace"), part("name"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(name: &str, value: u32) -> Value {
        json!({ "metadata": { "name": name, "namespace": "n" }, "value": value })
    }

    #[test]
    fn a_kind_can_be_read_as_it_was() {
        let collection = Collection::new("", "things");
        let mut objects = Objects::default();
        objects.put(&collection, object("a", 1));
        let then = objects.version();
        objects.put(&collection, object("a", 2));
        objects.put(&collection, object("b", 1));
        objects.remove(&collection, &("n".into(), "a".into()));
        let before = objects.as_of(&collection, then).unwrap();
        assert_eq!(before.len(), 1);
        assert_eq!(before.values().next().unwrap()["value"], 1);
        assert_eq!(objects.all(&collection, "n").len(), 1);
        let versions: Vec<u64> = objects.since(then).unwrap().map(|c| c.version).collect();
        assert_eq!(versions, [2, 3, 4]);
    }

    #[test]
    fn what_is_forgotten_is_not_invented() {
        let collection = Collection::new("", "things");
        let mut objects = Objects::default();
        for value in 0..u32::try_from(REMEMBERED).unwrap() + 2 {
            objects.put(&collection, object("a", value));
        }
        assert!(objects.since(1).is_none());
        assert!(objects.since(2).is_some());
    }
}
