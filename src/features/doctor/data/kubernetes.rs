//! Minor versions of Kubernetes and until when each is supported.
//!
//! Sources: <https://github.com/kubernetes/website/blob/main/data/releases/eol.yaml> and `schedule.yaml` beside it,
//! <https://kubernetes.io/releases/patch-releases/>, <https://endoflife.date/kubernetes> (1.32), read in August 2026.
//! The recorded ends lie between six days before and three weeks after the plan, hence “about” in what is said.

use jiff::civil::Date;

pub(crate) struct Minor {
    pub(crate) minor: u64,
    pub(crate) end_of_life: Date,
}

const fn until(minor: u64, year: i16, month: i8, day: i8) -> Minor {
    Minor {
        minor,
        end_of_life: Date::constant(year, month, day),
    }
}

/// Kubernetes 1, oldest first.
pub(crate) static MINORS: [Minor; 15] = [
    until(21, 2022, 6, 28),
    until(22, 2022, 10, 28),
    until(23, 2023, 2, 28),
    until(24, 2023, 7, 28),
    until(25, 2023, 10, 28),
    until(26, 2024, 2, 28),
    until(27, 2024, 7, 16),
    until(28, 2024, 10, 22),
    until(29, 2025, 2, 28),
    until(30, 2025, 7, 15),
    until(31, 2025, 11, 11),
    until(32, 2026, 2, 28),
    until(33, 2026, 6, 28),
    until(34, 2026, 10, 27),
    until(35, 2027, 2, 28),
];
