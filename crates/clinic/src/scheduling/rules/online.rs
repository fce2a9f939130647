use std::{ops::RangeInclusive, time::Duration};

use kernel::{Problem, ProblemKind};

use crate::scheduling::model::CodesMade;

/// How long a code opens something.
pub(in crate::scheduling) const CODE_LASTS: Duration = Duration::from_secs(10 * 60);
/// How often a code may be tried: with the codes of a day 30 guesses in a million.
pub(in crate::scheduling) const TRIES: i64 = 5;
/// How long who proved his number sees what he asked for.
pub(in crate::scheduling) const LOOK_LASTS: Duration = Duration::from_secs(10 * 60);
pub(in crate::scheduling) const HOUR: Duration = Duration::from_secs(3600);
pub(in crate::scheduling) const DAY: Duration = Duration::from_secs(24 * 3600);
/// After this nothing is known of a code any more.
pub(in crate::scheduling) const CODE_KEPT: Duration = Duration::from_secs(2 * 24 * 3600);

/// Strangers may type anybody's number: so many messages at most reach its owner.
const NUMBER_AN_HOUR: i64 = 3;
const NUMBER_A_DAY: i64 = 6;
/// Twenty doctors with a patient every twenty minutes; a flood costs a clinic no
/// more than this many messages an hour.
const CLINIC_AN_HOUR: i64 = 60;

/// Requests of one number that are still to come.
pub(in crate::scheduling) const NUMBER_OPEN: usize = 2;
/// Appointments to come that a signed-in patient asked for himself.
pub(in crate::scheduling) const PATIENT_OPEN: i64 = 3;

/// As short as a call to the clinic takes, as long as a night and the day before it.
const HOLD_MINUTES: RangeInclusive<i64> = 5..=1440;

/// Refuses a time for which no request keeps its place.
///
/// # Errors
/// 400 `hold-out-of-range`.
pub(in crate::scheduling) fn hold_minutes(wanted: Option<i64>) -> Result<(), Problem> {
    match wanted.is_none_or(|minutes| HOLD_MINUTES.contains(&minutes)) {
        true => Ok(()),
        false => Err(Problem::invalid("hold_minutes", "hold-out-of-range")),
    }
}

/// Refuses one more code; it is the same for numbers that the clinic knows and for
/// others.
///
/// # Errors
/// 429 `too-many-codes`, `clinic-codes-spent`.
pub(in crate::scheduling) fn one_more_code(made: CodesMade) -> Result<(), Problem> {
    let refused = Problem::new(ProblemKind::RateLimited);
    if made.number_hour >= NUMBER_AN_HOUR || made.number_day >= NUMBER_A_DAY {
        return Err(refused.code("too-many-codes"));
    }
    match made.clinic_hour >= CLINIC_AN_HOUR {
        true => Err(refused.code("clinic-codes-spent")),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_end_with_the_number_and_then_with_the_clinic() {
        for (number_hour, number_day, clinic_hour, code) in [
            (0, 0, 0, None),
            (2, 5, 59, None),
            (3, 3, 3, Some("too-many-codes")),
            (0, 6, 0, Some("too-many-codes")),
            (0, 0, 60, Some("clinic-codes-spent")),
        ] {
            let made = CodesMade {
                number_hour,
                number_day,
                clinic_hour,
            };
            let found = one_more_code(made).err().and_then(|problem| problem.code);
            assert_eq!(found, code, "{made:?}");
        }
    }
}
