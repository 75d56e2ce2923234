//! How often somebody may try, by what it is they try: per address, and per account where one is named.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Beginning and ending a sign-in.
    SignIn,
    /// Spending a one-time link.
    Link,
    /// A password at Dex's form.
    Password,
}

/// Too often; try again after this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryAfter(pub Duration);

type Key = (Purpose, String);

/// Counts attempts. Cheap to ask; memory is given back by [`Throttle::forget_idle`].
pub struct Throttle {
    addresses: DefaultKeyedRateLimiter<Key>,
    accounts: DefaultKeyedRateLimiter<Key>,
    clock: DefaultClock,
}

/// Behind a gateway or a NodePort many people share an address, so it may try often; an account may not.
const BY_ADDRESS: (u32, u32) = (300, 120);
const BY_ACCOUNT: (u32, u32) = (10, 6);

impl Default for Throttle {
    fn default() -> Self {
        Self {
            addresses: RateLimiter::keyed(quota(BY_ADDRESS)),
            accounts: RateLimiter::keyed(quota(BY_ACCOUNT)),
            clock: DefaultClock::default(),
        }
    }
}

/// So many at once, then so many a minute.
fn quota((burst, per_minute): (u32, u32)) -> Quota {
    let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst))
}

impl Throttle {
    /// Counts one attempt and says whether it may be made.
    pub fn check(
        &self,
        purpose: Purpose,
        address: &str,
        account: Option<&str>,
    ) -> Result<(), RetryAfter> {
        let check = |limiter: &DefaultKeyedRateLimiter<Key>, key: &str| {
            let key: String = key.chars().take(200).collect();
            limiter
                .check_key(&(purpose, key))
                .map_err(|not_until| RetryAfter(not_until.wait_time_from(self.clock.now())))
        };
        check(&self.addresses, address)?;
        match account {
            Some(account) => check(&self.accounts, account),
            None => Ok(()),
        }
    }

    /// Forgets who has not tried for a while.
    pub fn forget_idle(&self) {
        self.addresses.retain_recent();
        self.accounts.retain_recent();
        self.addresses.shrink_to_fit();
        self.accounts.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_18_an_account_is_protected_whatever_the_address() {
        let throttle = Throttle::default();
        let results: Vec<bool> = (0..15)
            .map(|number| {
                throttle
                    .check(
                        Purpose::Password,
                        &format!("10.0.0.{number}"),
                        Some("ana@example.com"),
                    )
                    .is_ok()
            })
            .collect();
        assert_eq!(results.iter().filter(|ok| **ok).count(), 10);
        assert!(
            throttle
                .check(Purpose::Password, "10.0.0.99", Some("bob@example.com"))
                .is_ok()
        );
    }

    #[test]
    fn sec_18_an_address_cannot_try_for_ever() {
        let throttle = Throttle::default();
        let allowed = (0..1000)
            .filter(|_| throttle.check(Purpose::Link, "10.0.0.1", None).is_ok())
            .count();
        assert!((300..310).contains(&allowed), "{allowed}");
        assert!(throttle.check(Purpose::SignIn, "10.0.0.1", None).is_ok());
    }
}
