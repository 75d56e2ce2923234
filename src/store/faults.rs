//! Counts what goes wrong with the database, by kind and without a word of what was to be stored.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::Error;

/// One kind of trouble.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Fault {
    kind: &'static str,
}

/// Shared by all clones.
pub type Faults = Family<Fault, Counter>;

/// Passes a result on. That an entry exists already is an answer and no trouble.
pub(super) fn counted<T>(result: Result<T, Error>, faults: &Faults) -> Result<T, Error> {
    let kind = match &result {
        Ok(_) | Err(Error::Exists) => return result,
        Err(Error::NewerSchema { .. }) => "newer_schema",
        Err(Error::Locked) => "locked",
        Err(Error::Unreachable(_)) => "unreachable",
        Err(Error::Corrupt(_)) => "corrupt",
    };
    faults.get_or_create(&Fault { kind }).inc();
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trouble_is_counted() {
        let faults = Faults::default();
        assert_eq!(counted(Ok(1), &faults), Ok(1));
        assert_eq!(
            counted::<()>(Err(Error::Exists), &faults),
            Err(Error::Exists)
        );
        assert_eq!(
            counted::<()>(Err(Error::Locked), &faults),
            Err(Error::Locked)
        );
        let count = |kind| faults.get_or_create(&Fault { kind }).get();
        assert_eq!((count("locked"), count("unreachable")), (1, 0));
    }
}
