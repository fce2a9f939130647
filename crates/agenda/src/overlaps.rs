use crate::Span;

/// Counts which of many spans overlap one. Sorted once; asked in rising order
/// it walks through them once, however many questions there are.
#[derive(Debug)]
pub(crate) struct Overlaps {
    starts: Cursor,
    ends: Cursor,
}

impl Overlaps {
    pub(crate) fn new(spans: &[Span]) -> Self {
        Self {
            starts: Cursor::new(spans.iter().map(|span| span.start().micros())),
            ends: Cursor::new(spans.iter().map(|span| span.end().micros())),
        }
    }

    /// How many overlap `span`: all that begin before its end but for those
    /// that are over by its start.
    pub(crate) fn count(&mut self, span: Span) -> usize {
        let begun = self.starts.below(span.end().micros());
        let over = self.ends.below(span.start().micros() + 1);
        begun - over
    }
}

#[derive(Debug)]
struct Cursor {
    sorted: Vec<i64>,
    at: usize,
}

impl Cursor {
    fn new(values: impl Iterator<Item = i64>) -> Self {
        let mut sorted: Vec<i64> = values.collect();
        sorted.sort_unstable();
        Self { sorted, at: 0 }
    }

    /// How many lie below `bound`. It walks back too: hours of one doctor that
    /// overlap, which no one may enter, would else be counted wrongly.
    fn below(&mut self, bound: i64) -> usize {
        while self.sorted.get(self.at).is_some_and(|value| *value < bound) {
            self.at += 1;
        }
        while self.at > 0 && self.sorted[self.at - 1] >= bound {
            self.at -= 1;
        }
        self.at
    }
}
