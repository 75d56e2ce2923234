//! Proof that a login works, for those who reach Dex and for those who do not.

use futures::future::BoxFuture;

use crate::domain::{Email, PlainPassword};

/// Proves a login by using it.
pub trait Prover: Send + Sync {
    /// Signs in at Dex as a browser would; gives the subject that Dex names. The error says what Dex answered.
    fn prove<'a>(
        &'a self,
        email: &'a Email,
        password: &'a PlainPassword,
    ) -> BoxFuture<'a, Result<String, String>>;

    /// Does it prove anything?
    fn proofs(&self) -> Proofs {
        Proofs::Made
    }
}

/// Whether plans end with a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proofs {
    Made,
    LeftOut,
}

/// For whoever does not reach Dex and said so: plans leave proofs out.
pub struct Unproved;

impl Prover for Unproved {
    fn prove<'a>(
        &'a self,
        _: &'a Email,
        _: &'a PlainPassword,
    ) -> BoxFuture<'a, Result<String, String>> {
        Box::pin(async { Err("Dex is not reached from here".to_owned()) })
    }

    fn proofs(&self) -> Proofs {
        Proofs::LeftOut
    }
}
