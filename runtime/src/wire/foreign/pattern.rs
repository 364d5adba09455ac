//! How do the patterns of dates and times begin?

/// `02-29`: a month and a day that it can have.
macro_rules! month_day {
    () => {
        concat!(
            "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])",
            "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)",
            "|02-(?:0[1-9]|[12][0-9]))"
        )
    };
}
pub(super) use month_day;

macro_rules! hour {
    () => {
        "(?:[01][0-9]|2[0-3])"
    };
}
pub(super) use hour;

/// A minute, or a second that is no leap second.
macro_rules! sixty {
    () => {
        "[0-5][0-9]"
    };
}
pub(super) use sixty;
