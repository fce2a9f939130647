use std::ops::RangeInclusive;

/// How long a slot may be, minutes (`spec/agent-medical.md`, `duration_minutes`).
const SLOT_MINUTES: RangeInclusive<u16> = 5..=480;
/// The end of a day, minutes after midnight: 24:00.
const MIDNIGHT: u16 = 24 * 60;

kernel::words! {
    /// Where a doctor receives, and how a patient asks for it.
    pub enum Mode {
        /// At the site.
        InPerson = "in_person",
        /// By telephone or video.
        Remote = "remote",
        /// Either, as the patient likes.
        Both = "both",
    }
}

impl Mode {
    /// Whether hours of this mode can be booked by who wants `wanted`.
    #[must_use]
    pub fn serves(self, wanted: Self) -> bool {
        self == Self::Both || self == wanted
    }
}

/// What stands in the way of an availability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AvailabilityError {
    /// There is no such day of the week.
    #[error("the day of the week goes from 0, Monday, to 6")]
    Day,
    /// The end does not lie after the start, or past 24:00.
    #[error("the end must lie after the start, on the same day")]
    Hours,
    /// Slots may not be that short or long.
    #[error("a slot takes 5 to 480 minutes")]
    SlotMinutes,
    /// Nobody could be received.
    #[error("at least one patient must fit into a slot")]
    Capacity,
}

/// An availability as it was typed, not yet checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draft {
    /// 0 Monday … 6 Sunday.
    pub day: u8,
    /// Minutes after local midnight.
    pub start: u16,
    /// Minutes after local midnight, up to 1440, which is 24:00.
    pub end: u16,
    /// Where the doctor receives.
    pub mode: Mode,
    /// How long a slot takes, minutes.
    pub slot_minutes: u16,
    /// How many patients a slot takes.
    pub capacity: u16,
}

impl Draft {
    /// Checks it against the contract.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the fields.
    pub fn check(self) -> Result<Availability, Vec<AvailabilityError>> {
        let rules = [
            (self.day < 7, AvailabilityError::Day),
            (
                self.start < self.end && self.end <= MIDNIGHT,
                AvailabilityError::Hours,
            ),
            (
                SLOT_MINUTES.contains(&self.slot_minutes),
                AvailabilityError::SlotMinutes,
            ),
            (self.capacity >= 1, AvailabilityError::Capacity),
        ];
        let broken: Vec<_> = rules
            .into_iter()
            .filter_map(|(holds, error)| (!holds).then_some(error))
            .collect();
        if broken.is_empty() {
            Ok(Availability(self))
        } else {
            Err(broken)
        }
    }
}

/// Weekly hours of a doctor, in the site's local time, within one day.
///
/// They run from the first instant at which the clock on the wall has reached
/// the start to the first at which it has reached the end. So where the clock
/// jumps ahead, skipped time is not offered and later hours keep their time;
/// where it is set back, a time that exists twice means the first, and hours
/// that run past the change last longer by it. Hours that do not overlap on the
/// clock never do, and slots always have their full length. (RFC 5545, 3.3.5
/// would move a skipped start by an hour, into the hours that follow.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability(Draft);

impl Availability {
    /// What was checked.
    #[must_use]
    pub const fn terms(&self) -> &Draft {
        &self.0
    }

    /// Whether the two share time on the clock, whatever their modes: the
    /// doctor is one person.
    #[must_use]
    pub const fn overlaps(&self, other: &Self) -> bool {
        let (a, b) = (&self.0, &other.0);
        a.day == b.day && a.start < b.end && b.start < a.end
    }
}

/// The first of a doctor's `others` that `new` would overlap; those out of use
/// and `new`'s own earlier version are not to be among them.
#[must_use]
pub fn clash(new: &Availability, others: &[Availability]) -> Option<usize> {
    others.iter().position(|other| other.overlaps(new))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MORNING: Draft = Draft {
        day: 0,
        start: 8 * 60,
        end: 12 * 60,
        mode: Mode::InPerson,
        slot_minutes: 30,
        capacity: 1,
    };

    #[test]
    fn the_contracts_limits_are_kept() {
        let good = [
            MORNING,
            Draft { day: 6, ..MORNING },
            Draft {
                start: 0,
                end: 1440,
                ..MORNING
            },
            Draft {
                slot_minutes: 5,
                ..MORNING
            },
            Draft {
                slot_minutes: 480,
                ..MORNING
            },
        ];
        for draft in good {
            assert!(draft.check().is_ok_and(|kept| *kept.terms() == draft));
        }
        let bad = [
            (Draft { day: 7, ..MORNING }, AvailabilityError::Day),
            (
                Draft {
                    end: 480,
                    ..MORNING
                },
                AvailabilityError::Hours,
            ),
            (
                Draft {
                    end: 479,
                    ..MORNING
                },
                AvailabilityError::Hours,
            ),
            (
                Draft {
                    end: 1441,
                    ..MORNING
                },
                AvailabilityError::Hours,
            ),
            (
                Draft {
                    slot_minutes: 4,
                    ..MORNING
                },
                AvailabilityError::SlotMinutes,
            ),
            (
                Draft {
                    slot_minutes: 481,
                    ..MORNING
                },
                AvailabilityError::SlotMinutes,
            ),
            (
                Draft {
                    capacity: 0,
                    ..MORNING
                },
                AvailabilityError::Capacity,
            ),
        ];
        for (draft, error) in bad {
            assert_eq!(draft.check(), Err(vec![error]), "{draft:?}");
        }
        let all = Draft {
            day: 9,
            start: 5,
            end: 5,
            slot_minutes: 0,
            capacity: 0,
            ..MORNING
        };
        assert_eq!(all.check().map_err(|wrong| wrong.len()), Err(4));
    }

    #[test]
    fn hours_of_another_mode_clash_too_and_neighbours_do_not() {
        let check = |draft: Draft| draft.check().unwrap();
        let morning = check(MORNING);
        let clashes = [
            Draft {
                mode: Mode::Remote,
                ..MORNING
            },
            Draft {
                start: 11 * 60 + 59,
                end: 13 * 60,
                ..MORNING
            },
            Draft {
                start: 0,
                end: 8 * 60 + 1,
                ..MORNING
            },
            Draft {
                start: 9 * 60,
                end: 10 * 60,
                ..MORNING
            },
        ];
        for draft in clashes {
            assert_eq!(clash(&check(draft), &[morning]), Some(0), "{draft:?}");
        }
        let beside = [
            Draft { day: 1, ..MORNING },
            Draft {
                start: 12 * 60,
                end: 13 * 60,
                ..MORNING
            },
            Draft {
                start: 0,
                end: 8 * 60,
                ..MORNING
            },
        ];
        for draft in beside {
            assert_eq!(clash(&check(draft), &[morning]), None, "{draft:?}");
        }
        let later = check(Draft {
            start: 13 * 60,
            end: 14 * 60,
            ..MORNING
        });
        let wide = check(Draft {
            start: 12 * 60,
            end: 18 * 60,
            ..MORNING
        });
        assert_eq!(clash(&wide, &[morning, later]), Some(1));
    }

    #[test]
    fn either_serves_both_and_one_only_itself() {
        for wanted in Mode::ALL {
            assert!(Mode::Both.serves(*wanted) && wanted.serves(*wanted));
        }
        assert!(!Mode::InPerson.serves(Mode::Remote) && !Mode::Remote.serves(Mode::InPerson));
        assert!(!Mode::InPerson.serves(Mode::Both));
    }
}
