//! Counts sign-ins by way and outcome, never by person.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::DeskError;
use super::NewSession;

/// How somebody came, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct SignIn {
    way: &'static str,
    outcome: &'static str,
}

/// Shared by all clones.
pub type SignIns = Family<SignIn, Counter>;

/// Passes the result on.
pub(super) fn counted(
    sign_ins: &SignIns,
    way: &'static str,
    result: Result<NewSession, DeskError>,
) -> Result<NewSession, DeskError> {
    let outcome = match &result {
        Ok(_) => "ok",
        Err(DeskError::Expired | DeskError::LinkSpent) => "expired",
        Err(DeskError::Rejected(_)) => "rejected",
        Err(DeskError::Unavailable(_) | DeskError::Store(_)) => "unavailable",
    };
    sign_ins.get_or_create(&SignIn { way, outcome }).inc();
    result
}
