use jiff::civil::Date;

use crate::Span;

/// One local day of an availability, and what exceptions leave of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenDay {
    /// The local day.
    pub date: Date,
    /// When the doctor receives, in order and apart; empty when not at all, or
    /// when the clock skips these hours.
    pub spans: Vec<Span>,
}

/// What of `start..end` none of `away` takes, in microseconds since 1970 UTC;
/// `away` is in order of its starts.
pub(crate) fn left_of(start: i64, end: i64, away: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut from = start;
    for taken in away {
        let to = end.min(taken.start().micros());
        left.extend(Span::of_micros(from, to));
        from = from.max(taken.end().micros());
    }
    left.extend(Span::of_micros(from, end));
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parts = &'static [(i64, i64)];

    #[test]
    fn parts_are_cut_out_whatever_they_overlap() {
        let span = |(start, end): (i64, i64)| Span::of_micros(start, end).unwrap();
        let cases: [(Parts, Parts); 8] = [
            (&[], &[(10, 20)]),
            (&[(0, 10), (20, 30)], &[(10, 20)]),
            (&[(12, 14)], &[(10, 12), (14, 20)]),
            (&[(5, 12), (18, 30)], &[(12, 18)]),
            (&[(11, 19), (12, 13), (15, 20)], &[(10, 11)]),
            (&[(11, 12), (12, 13)], &[(10, 11), (13, 20)]),
            (&[(0, 40)], &[]),
            (&[(10, 15), (15, 20)], &[]),
        ];
        for (away, left) in cases {
            let away: Vec<Span> = away.iter().copied().map(span).collect();
            let left: Vec<Span> = left.iter().copied().map(span).collect();
            assert_eq!(left_of(10, 20, &away), left, "{away:?}");
        }
    }
}
