//! The pairs on which the weights stand. Each is one person entered twice
//! (`Probable`, `Possible` when less is known) or two people (`Nobody`, or
//! `Possible` where only a person can tell).

use Verdict::{Nobody, Possible, Probable};

use super::*;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    Nobody,
    Possible,
    Probable,
}

/// `first|last|birth|sex`, and the same again; whether the phone is the same.
#[rustfmt::skip]
const PAIRS: &[(&str, &str, bool, Verdict)] = &[
    // Spellings, with the same birth date.
    ("Jean|Mbuyi|1990-05-17|M", "Jean|Mbuyii|1990-05-17|M", false, Probable),
    ("Marie|Kabongo|1982-11-03|F", "Marie|Cabongo|1982-11-03|", false, Probable),
    ("Awa|Ndiaye|1990-05-17|F", "Awa|N'Diaye|1990-05-17|F", false, Probable),
    ("Awa|Ndiaye|1990-05-17|F", "Awa|Njaay|1990-05-17|", false, Probable),
    ("Moussa|Diallo|1975-02-20|M", "Musa|Jallow|1975-02-20|M", false, Probable),
    ("Moussa|Diallo|1975-02-20|M", "Moussa|Dialo|1975-02-20|", false, Probable),
    ("Fanta|Traoré|2001-07-30|F", "Fanta|Traore|2001-07-30|F", false, Probable),
    ("Issa|Ouedraogo|1968-09-09|M", "Issa|Wedraogo|1968-09-09|", false, Probable),
    ("Étienne|Tshisekedi|1960-12-14|M", "Etienne|Cisekedi|1960-12-14|", false, Probable),
    ("Étienne|Tshisekedi|1960-12-14|M", "Etienne|Tchisekedi|1960-12-14|M", false, Probable),
    ("Aya|Nguessan|1995-03-08|F", "Aya|N’Guessan|1995-03-08|F", false, Probable),
    ("Kouamé|Koffi|1988-04-21|M", "Kwame|Kofi|1988-04-21|M", false, Probable),
    ("Ousmane|Bâ|1979-06-11|M", "Ousmane|Bah|1979-06-11|", false, Probable),
    ("Mame|Thiam|1993-10-02|F", "Mame|Tiam|1993-10-02|F", false, Probable),
    ("Khady|Sow|1999-08-15|F", "Xady|Sow|1999-08-15|F", false, Probable),
    ("Philippe|Ngoma|1970-01-25|M", "Filip|Goma|1970-01-25|M", false, Probable),
    ("Binta|Niang|1985-05-05|F", "Binta|Gnang|1985-05-05|F", false, Probable),
    ("Clarisse|Ilunga|1991-12-12|F", "Clarice|Irunga|1991-12-12|F", false, Probable),
    ("Cheikh|Gueye|1983-03-19|M", "Cheick|Guèye|1983-03-19|M", false, Probable),
    ("Gisèle|Mwamba|1996-02-02|F", "Gizele|Muamba|1996-02-02|F", false, Probable),
    // A slip of the finger.
    ("Aminata|Diop|1990-05-17|F", "Amniata|Diop|1990-05-17|F", false, Probable),
    ("Joséphine|Kalonji|1977-07-07|F", "Josephine|Kalongi|1977-07-07|F", false, Probable),
    ("Patrice|Lukusa|1980-10-10|M", "Patrise|Lukussa|1980-10-10|M", false, Probable),
    ("Christelle|Mukendi|2003-01-13|F", "Cristelle|Mukndi|2003-01-13|F", false, Probable),
    // Names in another order, one missing, an initial.
    ("Jean-Pierre|Mukendi|1972-06-30|M", "Mukendi|Jean Pierre|1972-06-30|M", false, Probable),
    ("Mukendi|Jean-Pierre||", "Jean Pierre|Mukendi||", false, Possible),
    ("Kabasele|Tshiamala Albert|1965-04-04|M", "Albert|Kabasele|1965-04-04|M", false, Probable),
    ("Marie Louise|Ngo Bassong|1989-09-19|F", "Marie|Ngo Bassong|1989-09-19|F", false, Probable),
    ("J.|Mukendi|1972-06-30|M", "Jean|Mukendi|1972-06-30|M", false, Possible),
    ("J.|Mukendi|1972-06-30|M", "Jean|Mukendi|1972-06-30|M", true, Probable),
    ("Fatou Bintou|Sarr|1994-11-11|F", "Fatou|Sarr|1994-11-11|F", true, Probable),
    // Dates that were heard or typed badly.
    ("Awa|Diop|1990-05-07|F", "Awa|Diop|1990-07-05|F", false, Probable),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1990-05-11|F", true, Probable),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1990-05-11|F", false, Possible),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1990-01-01|F", false, Possible),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1991-01-01|F", true, Probable),
    ("Awa|Diop|1990-01-01|F", "Awa|Diop|1990-01-01|F", false, Possible),
    ("Awa|Diop|1990-01-01|F", "Awa|Diop|1990-01-01|F", true, Probable),
    ("Awa|Diop||F", "Awa|Diop|1990-05-17|", true, Probable),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1990-09-23|F", true, Possible),
    // The phone speaks for a name that is nearly the same.
    ("Moussa|Diallo||", "Mousa|Dialo||", true, Probable),
    ("Aïssatou|Ndiaye||F", "Aissatu|Njaye||F", true, Probable),
    // A marriage: the same given name, date and phone.
    ("Awa|Diop|1990-05-17|F", "Awa|Sarr|1990-05-17|F", true, Possible),
    // Only a person can tell.
    ("Aïssatou|Ndiaye|1990-05-17|F", "Aïssata|Ndiaye|1990-05-17|F", false, Possible),
    ("Aminata|Ba|1990-05-17|F", "Aminatou|Ba|1990-05-17|F", true, Possible),
    ("Mariam|Touré|1998-02-14|F", "Mariama|Touré|1998-02-14|F", false, Possible),
    ("Daniel|Etoga|1990-05-17|M", "Danielle|Etoga|1990-05-17|", false, Possible),
    // Two people: the name alone says little.
    ("Awa|Diop||F", "Awa|Diop||F", false, Nobody),
    ("Aïssatou|Ndiaye|1990-05-17|F", "Aïssata|Ndiaye|1984-02-02|F", false, Nobody),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1971-02-03|F", false, Nobody),
    ("Awa|Diop|1990-05-17|F", "Awa|Diop|1991-03-02|F", false, Nobody),
    // Twins, on one phone, with one birth date.
    ("Assane|Fall|2015-03-03|M", "Ousseynou|Fall|2015-03-03|M", true, Nobody),
    ("Adama|Sène|2012-08-01|M", "Awa|Sène|2012-08-01|F", true, Nobody),
    ("Mbuyi|Kasongo|2018-06-21|M", "Kabanga|Kasongo|2018-06-21|M", true, Nobody),
    ("Jean-Paul|Mbarga|2010-10-01|M", "Jean-Pierre|Mbarga|2010-10-01|M", true, Nobody),
    ("Hassan|Diarra|2011-04-04|M", "Houssein|Diarra|2011-04-04|M", true, Nobody),
    ("Daniel|Etoga|2014-05-06|M", "Danielle|Etoga|2014-05-06|F", true, Possible),
    ("Awa|Ndao|2016-01-09|F", "Ada|Ndao|2016-01-09|F", true, Nobody),
    // Father and son of one name, mother and daughter, on one phone.
    ("Jean|Mukendi|1960-03-12|M", "Jean|Mukendi|1988-07-21|M", true, Nobody),
    ("Awa|Diop|1965-01-01|F", "Awa|Diop|1992-01-01|F", true, Nobody),
    ("Mamadou|Sy|1950-01-01|M", "Mamadou|Sy|1979-06-15|M", true, Nobody),
    // A household.
    ("Awa|Diop|1990-05-17|F", "Moussa|Diop|1987-12-01|M", true, Nobody),
    ("Fatou|Fall|1990-05-17|F", "Fatima|Sall|1991-05-17|F", true, Nobody),
    ("Marie|Ngo|1990-05-17|F", "Mario|Ngo|2011-05-09|M", true, Nobody),
    // A birth date in common and a name that is near.
    ("Cheikh|Gueye|1983-03-19|M", "Cheikh|Gaye|1983-03-19|M", false, Possible),
    ("Moussa|Diop|1983-03-19|M", "Moussa|Diouf|1983-03-19|M", false, Possible),
    ("Paul|Biya|1983-03-19|M", "Paul|Bilong|1983-03-19|M", false, Nobody),
    ("Awa|Diop|1990-05-17|F", "Binta|Sow|1990-05-17|F", true, Nobody),
    ("Ibrahima|Cissé|1990-05-17|M", "Brahima|Cissé|1990-05-17|M", false, Probable),
    ("Joseph|Kabila|1971-06-04|M", "Joseph|Kabila|1971-06-04|F", false, Possible),
];

fn traits(text: &str) -> Traits {
    let parts: Vec<&str> = text.split('|').collect();
    let gender = Gender::parse(parts[3]);
    Traits::new((parts[0], parts[1]), Some(parts[2]), gender)
}

fn verdict(found: Option<&Resemblance>) -> Verdict {
    match found.map(|found| found.certainty) {
        None => Nobody,
        Some(Certainty::Possible) => Possible,
        Some(Certainty::Probable) => Probable,
    }
}

#[test]
fn every_pair_is_judged_as_a_person_would() {
    let mut wrong = Vec::new();
    for (one, other, same_phone, wanted) in PAIRS {
        for (one, other) in [(one, other), (other, one)] {
            let found = compare(&traits(one), &traits(other), *same_phone);
            if verdict(found.as_ref()) != *wanted {
                wrong.push(format!(
                    "{one} {other} {same_phone}: {wanted:?}, but {found:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(PAIRS.len() >= 60);
}

#[test]
fn the_reasons_say_what_was_seen() {
    let of = |one: &str, other: &str, phone| {
        compare(&traits(one), &traits(other), phone)
            .unwrap()
            .reasons
    };
    let awa = "Awa|Ndiaye|1990-05-07|F";
    assert_eq!(
        of(awa, awa, true),
        [Reason::SameName, Reason::SameDate, Reason::SamePhone]
    );
    assert_eq!(
        of(awa, "Awa Marie|Njaay|1990-07-05|", false),
        [Reason::SameSound, Reason::NameMissing, Reason::SwappedDate]
    );
}
