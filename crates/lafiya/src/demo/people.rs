//! The people of the demo; nobody real.

use kernel::Locale;

/// The clinic's number on WhatsApp.
pub const WHATSAPP_SENDER: &str = "+221338210001";
/// The clinic's number for text messages.
pub const SMS_SENDER: &str = "+221338210002";

/// A patient.
pub struct Person {
    /// First name.
    pub first_name: &'static str,
    /// Last name.
    pub last_name: &'static str,
    /// Mobile number.
    pub phone: &'static str,
    /// Day of birth.
    pub born: &'static str,
    /// `F` or `M`.
    pub gender: &'static str,
    /// Language.
    pub locale: Locale,
}

const fn person(
    names: [&'static str; 2],
    phone: &'static str,
    born: &'static str,
    gender: &'static str,
    locale: Locale,
) -> Person {
    Person {
        first_name: names[0],
        last_name: names[1],
        phone,
        born,
        gender,
        locale,
    }
}

/// Of Senegal, the Congo (Kinshasa) and Cameroon; a mother and her son share a phone.
pub const PATIENTS: &[Person] = &[
    person(
        ["Awa", "Ndiaye"],
        "+221771234501",
        "1988-03-12",
        "F",
        Locale::Fr,
    ),
    person(
        ["Modou", "Ndiaye"],
        "+221771234501",
        "2015-07-02",
        "M",
        Locale::Fr,
    ),
    person(
        ["Fatou", "Diop"],
        "+221771234502",
        "1992-11-25",
        "F",
        Locale::Fr,
    ),
    person(
        ["Ibrahima", "Fall"],
        "+221781234503",
        "1975-01-30",
        "M",
        Locale::Fr,
    ),
    person(
        ["Khady", "Gueye"],
        "+221761234504",
        "1999-06-18",
        "F",
        Locale::Fr,
    ),
    person(
        ["Ousmane", "Sow"],
        "+221701234505",
        "1964-09-09",
        "M",
        Locale::Fr,
    ),
    person(
        ["Ndèye Coumba", "Faye"],
        "+221772345506",
        "1983-12-01",
        "F",
        Locale::Fr,
    ),
    person(
        ["Mamadou", "Ba"],
        "+221783456507",
        "1957-04-22",
        "M",
        Locale::Fr,
    ),
    person(
        ["Pascal", "Kabongo"],
        "+243812345601",
        "1980-02-14",
        "M",
        Locale::Fr,
    ),
    person(
        ["Grâce", "Mbuyi"],
        "+243823456602",
        "1995-08-27",
        "F",
        Locale::Fr,
    ),
    person(
        ["Jean-Pierre", "Ilunga"],
        "+243973456603",
        "1969-05-05",
        "M",
        Locale::Fr,
    ),
    person(
        ["Chantal", "Tshibangu"],
        "+243993456604",
        "1987-10-16",
        "F",
        Locale::Fr,
    ),
    person(
        ["Dieudonné", "Mukendi"],
        "+243853456605",
        "1973-03-03",
        "M",
        Locale::Fr,
    ),
    person(
        ["Espérance", "Kasongo"],
        "+243893456606",
        "2001-01-21",
        "F",
        Locale::Fr,
    ),
    person(
        ["Samuel", "Eto'o Mballa"],
        "+237671234501",
        "1990-07-07",
        "M",
        Locale::Fr,
    ),
    person(
        ["Marie-Claire", "Ngo Bassong"],
        "+237691234502",
        "1985-09-29",
        "F",
        Locale::Fr,
    ),
    person(
        ["Emmanuel", "Fotso"],
        "+237651234503",
        "1978-11-11",
        "M",
        Locale::Fr,
    ),
    person(
        ["Brenda", "Tabe"],
        "+237681234504",
        "1997-02-08",
        "F",
        Locale::En,
    ),
    person(
        ["Peter", "Ngwa"],
        "+237677234505",
        "1961-06-30",
        "M",
        Locale::En,
    ),
    person(
        ["Solange", "Atangana"],
        "+237699234506",
        "1993-04-17",
        "F",
        Locale::Fr,
    ),
];
