//! Rows become slots of equal length, and slots become lines. A slot without a sample is a gap, never a zero. Pure.

use jiff::Timestamp;

use crate::domain::UsageRow;

/// The drawing is stretched to the place it gets; words stand around it.
pub(super) const WIDTH: f64 = 600.0;
pub(super) const HEIGHT: f64 = 120.0;

/// One slot of the time shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slot {
    pub(super) at: Timestamp,
    /// `None`: nothing was recorded.
    pub(super) use_: Option<Use>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Use {
    pub(super) average: f64,
    pub(super) peak: f64,
    pub(super) promised: f64,
}

/// The time shown and how finely; the end is that of the last slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) from: Timestamp,
    /// Milliseconds of one slot.
    pub(super) slot: i64,
    pub(super) count: usize,
}

impl Span {
    /// So many slots, of which the last one is that of `now`.
    pub(super) fn until(now: Timestamp, slot: i64, count: usize) -> Self {
        let millis = now.as_millisecond();
        let last = millis - millis.rem_euclid(slot);
        let first = last - slot * i64::try_from(count).unwrap_or(1).saturating_sub(1);
        Self {
            from: Timestamp::from_millisecond(first).unwrap_or(now),
            slot,
            count,
        }
    }

    pub(super) fn start(&self, index: usize) -> Timestamp {
        let passed = self.slot * i64::try_from(index).unwrap_or(0);
        Timestamp::from_millisecond(self.from.as_millisecond() + passed).unwrap_or(self.from)
    }

    pub(super) fn to(&self) -> Timestamp {
        self.start(self.count)
    }

    fn index(&self, at: Timestamp) -> Option<usize> {
        let passed = at.as_millisecond() - self.from.as_millisecond();
        let index = usize::try_from(passed.div_euclid(self.slot)).ok()?;
        (index < self.count).then_some(index)
    }
}

/// `rows` of one resource. One that is longer than a slot is the same in all that it covers.
pub(super) fn slots(span: Span, rows: &[&UsageRow]) -> Vec<Slot> {
    let mut sums = vec![(0.0, 0.0, 0.0_f64, 0.0_f64); span.count];
    for row in rows {
        let covered = (row.step.millis() / span.slot).max(1);
        let share = 1.0 / f64::from(u32::try_from(covered).unwrap_or(1));
        let starts = (0..covered).map(|number| row.at.as_millisecond() + number * span.slot);
        let starts = starts.filter_map(|millis| Timestamp::from_millisecond(millis).ok());
        for index in starts.filter_map(|at| span.index(at)) {
            let (total, samples, peak, promised) = &mut sums[index];
            *total += row.total * share;
            *samples += f64::from(row.samples) * share;
            *peak = peak.max(row.peak);
            *promised = promised.max(row.promised);
        }
    }
    let slot = |(index, (total, samples, peak, promised)): (usize, (f64, f64, f64, f64))| Slot {
        at: span.start(index),
        use_: (samples > 0.0).then(|| Use {
            average: total / samples,
            peak,
            promised,
        }),
    };
    sums.into_iter().enumerate().map(slot).collect()
}

/// Lines in the drawing's own units, as attributes of SVG.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lines {
    /// What is at the top; at least something.
    pub(super) top: f64,
    /// `d` of the filled shape under the averages, of its upper edge, and of the limit.
    pub(super) area: String,
    pub(super) edge: String,
    pub(super) limit: String,
    /// Left edge and width of each gap.
    pub(super) gaps: Vec<(String, String)>,
}

pub(super) fn lines(slots: &[Slot]) -> Lines {
    let highest = |used: &Use| used.promised.max(used.peak);
    let top = slots
        .iter()
        .filter_map(|slot| slot.use_.as_ref().map(highest))
        .fold(0.0, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let width = WIDTH / f64::from(u32::try_from(slots.len().max(1)).unwrap_or(1));
    let x = |index: usize| f64::from(u32::try_from(index).unwrap_or(0)) * width;
    let y = |value: f64| HEIGHT - value / top * HEIGHT;
    let mut lines = Lines {
        top,
        ..Lines::default()
    };
    let mut at = 0;
    for part in slots.chunk_by(|a, b| a.use_.is_some() == b.use_.is_some()) {
        let (left, right) = (x(at), x(at + part.len()));
        if part.first().is_some_and(|slot| slot.use_.is_none()) {
            let gap = (format!("{left:.1}"), format!("{:.1}", right - left));
            lines.gaps.push(gap);
        } else {
            let draw = |value: fn(&Use) -> f64| steps(part, (at, &x), |used| y(value(used)));
            let edge = draw(|used| used.average);
            let floor = format!("L{right:.1} {HEIGHT:.1}L{left:.1} {HEIGHT:.1}Z");
            lines.area += &edge;
            lines.area += &floor;
            lines.edge += &edge;
            lines.limit += &draw(|used| used.promised);
        }
        at += part.len();
    }
    lines
}

/// A staircase: a slot has one value from its beginning to its end.
fn steps(
    part: &[Slot],
    (first, x): (usize, &impl Fn(usize) -> f64),
    y: impl Fn(&Use) -> f64,
) -> String {
    use std::fmt::Write as _;
    let mut path = String::new();
    for (index, used) in part
        .iter()
        .filter_map(|slot| slot.use_.as_ref())
        .enumerate()
    {
        let (from, to, height) = (x(first + index), x(first + index + 1), y(used));
        let start = if index == 0 { "M" } else { "L" };
        let _ = write!(path, "{start}{from:.1} {height:.1}H{to:.1}");
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::UsageStep;

    const HOUR: i64 = 3_600_000;

    fn row(at: &str, total: f64, samples: u32) -> UsageRow {
        UsageRow {
            resource: "cpu".into(),
            step: UsageStep::Hour,
            at: at.parse().unwrap(),
            total,
            peak: total,
            promised: 8.0,
            samples,
        }
    }

    #[test]
    fn a_slot_is_the_average_of_its_samples_and_a_missing_one_is_a_gap() {
        let span = Span::until("2026-11-24T03:37:00Z".parse().unwrap(), HOUR, 4);
        assert_eq!(span.from.to_string(), "2026-11-24T00:00:00Z");
        assert_eq!(span.to().to_string(), "2026-11-24T04:00:00Z");
        let rows = [
            row("2026-11-23T23:55:00Z", 9.0, 1),
            row("2026-11-24T00:00:00Z", 2.0, 1),
            row("2026-11-24T00:05:00Z", 4.0, 1),
            row("2026-11-24T02:00:00Z", 24.0, 12),
        ];
        let rows: Vec<&UsageRow> = rows.iter().collect();
        let found = slots(span, &rows);
        let averages: Vec<Option<f64>> = found
            .iter()
            .map(|slot| slot.use_.map(|used| used.average))
            .collect();
        assert_eq!(averages, [Some(3.0), None, Some(2.0), None]);
    }

    #[test]
    fn lines_are_broken_where_nothing_was_recorded() {
        let span = Span::until("2026-11-24T03:37:00Z".parse().unwrap(), HOUR, 4);
        let rows = [
            row("2026-11-24T00:00:00Z", 4.0, 1),
            row("2026-11-24T01:00:00Z", 8.0, 1),
            row("2026-11-24T03:00:00Z", 0.0, 1),
        ];
        let rows: Vec<&UsageRow> = rows.iter().collect();
        let lines = lines(&slots(span, &rows));
        assert_eq!(
            lines.edge,
            "M0.0 60.0H150.0L150.0 0.0H300.0M450.0 120.0H600.0"
        );
        assert_eq!(lines.gaps, [("300.0".to_owned(), "150.0".to_owned())]);
        assert!((lines.top - 8.0).abs() < f64::EPSILON);
    }

    #[test]
    fn nothing_recorded_is_one_gap() {
        let span = Span::until("2026-11-24T03:37:00Z".parse().unwrap(), HOUR, 4);
        let lines = lines(&slots(span, &[]));
        assert_eq!((lines.edge.as_str(), lines.gaps.len()), ("", 1));
    }
}
