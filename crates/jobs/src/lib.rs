//! The work engine: claim, lease, fence, retry, dead letter, schedules. Knows no domain.
