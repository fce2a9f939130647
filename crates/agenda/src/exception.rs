use kernel::Zone;

use crate::{DAY, Span, WEEK, wall};

/// Time in which a doctor does not receive, whatever he receives for otherwise.
/// It may cross midnight and last for weeks.
///
/// A weekly one returns from its first time on, on the same weekday and at the
/// same local hours. It then runs from the first instant at which the clock on
/// the wall has reached the start to the last at which it stands before the
/// end: skipped time takes nothing away, and of an hour that exists twice none
/// stays bookable that bears one of its times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    /// When, the first time if it returns.
    pub span: Span,
    /// Whether it returns every week, for ever.
    pub weekly: bool,
}

impl Exception {
    /// Adds to `found` when it takes place around `first..last`, which are
    /// times on the clock on the wall.
    pub(crate) fn times(
        &self,
        zone: &Zone,
        wall: &wall::Wall,
        (first, last): (i64, i64),
        found: &mut Vec<Span>,
    ) {
        found.push(self.span);
        if !self.weekly {
            return;
        }
        let start = wall::face(zone, self.span.start().micros());
        let end = wall::face(zone, self.span.end().micros());
        // Of less than an hour, in the hour that exists twice, one may end on the
        // clock before it starts: there is no such time in other weeks.
        if end <= start {
            return;
        }
        if end - start >= WEEK {
            // Each time reaches into the next, so all are one; a slip of the pen
            // in the year would else find them by the thousand.
            let until = last.max(start) + 2 * DAY;
            found.extend(Span::of_micros(self.span.start().micros(), until));
            return;
        }
        // A day more on both sides covers any offset.
        let from = (first - DAY - end).div_euclid(WEEK).max(1);
        let to = (last + DAY - start).div_euclid(WEEK);
        let weeks = (from..=to).map(|week| week * WEEK);
        found.extend(weeks.filter_map(|shift| {
            Span::of_micros(wall.reaches(start + shift), wall.leaves(end + shift))
        }));
    }
}
