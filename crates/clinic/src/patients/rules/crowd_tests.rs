//! A made-up clinic of 10,000 people, half Senegalese, half Congolese, to count how
//! many of those who register are taken for somebody else, and how many that are
//! entered a second time, misspelt, are found. Some names are common, one birth date
//! in seven is the first of January and one is unknown; four share a phone.

use std::collections::HashMap;

use kernel::Rng;

use super::{
    filing::{filed_under, sought_under},
    resemblance::{Certainty, Traits, compare},
};
use crate::patients::model::Gender;

const PEOPLE: usize = 10_000;
#[rustfmt::skip]
const GIVEN: &[[&str; 40]; 2] = &[
    [
        "Fatou", "Mamadou", "Awa", "Moussa", "Aminata", "Ibrahima", "Aïssatou", "Cheikh", "Khady", "Ousmane",
        "Mariama", "Abdoulaye", "Ndèye", "Modou", "Coumba", "Alioune", "Bineta", "Babacar", "Astou", "Omar",
        "Adama", "Pape", "Rokhaya", "Samba", "Dieynaba", "Seydou", "Sokhna", "Amadou", "Maïmouna", "Lamine",
        "Oumou", "Malick", "Seynabou", "Idrissa", "Yacine", "El Hadji", "Ramatoulaye", "Djibril", "Safiétou", "Souleymane",
    ],
    [
        "Marie", "Jean", "Jeanne", "Joseph", "Espérance", "Patrick", "Chantal", "Jean-Pierre", "Christelle", "Dieudonné",
        "Béatrice", "Emmanuel", "Clarisse", "Papy", "Gisèle", "Trésor", "Joséphine", "Alain", "Marie-Claire", "Fiston",
        "Bibiche", "Christian", "Nathalie", "Serge", "Mireille", "Albert", "Julienne", "Augustin", "Thérèse", "Guylain",
        "Rachel", "Didier", "Esther", "Blaise", "Ruth", "Héritier", "Grâce", "Jacques", "Solange", "Célestin",
    ],
];
#[rustfmt::skip]
const FAMILY: &[[&str; 40]; 2] = &[
    [
        "Ndiaye", "Diop", "Fall", "Diallo", "Sow", "Gueye", "Faye", "Ba", "Sarr", "Diouf",
        "Sy", "Cissé", "Seck", "Mbaye", "Thiam", "Kane", "Niang", "Sène", "Ndour", "Camara",
        "Touré", "Mané", "Diagne", "Badji", "Wade", "Samb", "Dieng", "Lô", "Sané", "Traoré",
        "Ly", "Tall", "Dia", "Gaye", "Mendy", "Sagna", "Diatta", "Kébé", "Dramé", "Diédhiou",
    ],
    [
        "Ilunga", "Mukendi", "Kabongo", "Tshibangu", "Kalala", "Mbuyi", "Kasongo", "Ngoy", "Banza", "Mwamba",
        "Kalonji", "Mutombo", "Kabamba", "Lukusa", "Mbayo", "Nsimba", "Makiese", "Nzuzi", "Mulumba", "Kabeya",
        "Ngalula", "Tshilombo", "Mputu", "Kapinga", "Luboya", "Mayele", "Bokungu", "Lokwa", "Mbala", "Kanku",
        "Ntumba", "Mujinga", "Kanyinda", "Beya", "Mpiana", "Kazadi", "Katende", "Badibanga", "Tshimanga", "Mukeba",
    ],
];

#[derive(Clone)]
struct Person {
    first: String,
    last: String,
    birth: Option<String>,
    gender: Gender,
    phone: u64,
}

impl Person {
    fn traits(&self) -> Traits {
        let name = (self.first.as_str(), self.last.as_str());
        Traits::new(name, self.birth.as_deref(), Some(self.gender))
    }
}

struct Chance(Rng);

impl Chance {
    fn one_in(&self, n: u64) -> bool {
        self.0.below(n) == 0
    }

    /// The first ones far more often than the last.
    fn common<'a>(&self, names: &[&'a str]) -> &'a str {
        let end = u64::try_from(names.len()).unwrap();
        let at = self.0.below(end).min(self.0.below(end));
        names[usize::try_from(at).unwrap()]
    }

    fn birth(&self) -> Option<String> {
        let year = 1940 + self.0.below(84);
        match self.0.below(7) {
            0 => None,
            1 => Some(format!("{year}-01-01")),
            _ => Some(format!(
                "{year}-{:02}-{:02}",
                1 + self.0.below(12),
                1 + self.0.below(28)
            )),
        }
    }

    fn person(&self, phone: u64) -> Person {
        let people = usize::try_from(self.0.below(2)).unwrap();
        let mut first = self.common(&GIVEN[people]).to_owned();
        let female = GIVEN[people]
            .iter()
            .position(|name| *name == first)
            .unwrap()
            % 2
            == 0;
        let mut last = self.common(&FAMILY[people]).to_owned();
        if people == 1 && !self.one_in(3) {
            last = format!("{last} {}", self.common(&FAMILY[1]));
        } else if self.one_in(5) {
            first = format!("{first} {}", self.common(&GIVEN[people]));
        }
        let gender = if female { Gender::Female } else { Gender::Male };
        Person {
            first,
            last,
            birth: self.birth(),
            gender,
            phone,
        }
    }

    /// A household of four shares a phone and mostly a family name.
    fn crowd(&self) -> Vec<Person> {
        let mut people: Vec<Person> = Vec::with_capacity(PEOPLE);
        for at in 0..PEOPLE {
            let mut person = self.person(u64::try_from(at / 4).unwrap());
            if let Some(head) = people.last().filter(|_| at % 4 > 0 && !self.one_in(3)) {
                person.last.clone_from(&head.last);
            }
            people.push(person);
        }
        people
    }

    /// The same person as another desk writes him.
    fn again(&self, person: &Person) -> Person {
        let mut copy = person.clone();
        copy.last = self.misspelt(&person.last);
        if self.one_in(2) {
            copy.first = self.misspelt(&person.first);
        }
        if self.one_in(6) {
            std::mem::swap(&mut copy.first, &mut copy.last);
        }
        if self.one_in(4) {
            copy.phone = 1_000_000 + self.0.below(1_000_000);
        }
        match self.0.below(10) {
            0 => copy.birth = None,
            1 => copy.birth = copy.birth.map(|birth| format!("{}-01-01", &birth[..4])),
            2 => {
                let swap =
                    |birth: String| format!("{}-{}-{}", &birth[..4], &birth[8..], &birth[5..7]);
                copy.birth = copy
                    .birth
                    .clone()
                    .filter(|birth| &birth[8..] <= "12")
                    .map(swap)
                    .or(copy.birth);
            }
            _ => {}
        }
        copy
    }

    /// As another spelling has it, or with a slip of the finger.
    fn misspelt(&self, name: &str) -> String {
        const SPELLINGS: &[(&str, &str)] = &[
            ("ndi", "n'di"),
            ("di", "dj"),
            ("ou", "u"),
            ("u", "ou"),
            ("tsh", "tch"),
            ("tsh", "c"),
            ("k", "c"),
            ("c", "k"),
            ("é", "e"),
            ("ll", "l"),
            ("s", "ss"),
            ("ph", "f"),
            ("th", "t"),
            ("mp", "p"),
            ("l", "r"),
            ("y", "i"),
            ("è", "é"),
            ("kh", "x"),
            ("n", "nn"),
            ("z", "s"),
            ("j", "dj"),
            ("ï", "i"),
            ("-", " "),
        ];
        let lower = name.to_lowercase();
        let fitting: Vec<_> = SPELLINGS
            .iter()
            .filter(|(from, _)| lower.contains(from))
            .collect();
        let letters: Vec<char> = lower.chars().collect();
        if fitting.is_empty() && letters.len() < 4 {
            return format!("{lower}h");
        }
        if fitting.is_empty() || self.one_in(3) && letters.len() > 4 {
            let at = 1 + usize::try_from(self.0.below(u64::try_from(letters.len() - 2).unwrap()))
                .unwrap();
            let mut slipped = letters;
            match self.0.below(3) {
                0 => slipped.swap(at, at + 1),
                1 => drop(slipped.remove(at)),
                _ => slipped.insert(at, 'e'),
            }
            return slipped.into_iter().collect();
        }
        let pick = usize::try_from(self.0.below(u64::try_from(fitting.len()).unwrap())).unwrap();
        lower.replacen(fitting[pick].0, fitting[pick].1, 1)
    }
}

/// Who is shown, and how sure we are.
type Shown = (usize, Certainty);

/// The clinic's files, as storage keeps them.
struct Files {
    traits: Vec<Traits>,
    phones: HashMap<u64, Vec<usize>>,
    pieces: HashMap<String, Vec<usize>>,
    people: Vec<Person>,
}

impl Files {
    fn of(people: Vec<Person>) -> Self {
        let traits: Vec<Traits> = people.iter().map(Person::traits).collect();
        let (mut phones, mut pieces): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for (at, person) in people.iter().enumerate() {
            phones.entry(person.phone).or_default().push(at);
            for piece in filed_under(&traits[at]) {
                pieces.entry(piece).or_default().push(at);
            }
        }
        Self {
            traits,
            phones,
            pieces,
            people,
        }
    }

    /// Who is shown for this person, with how sure we are.
    fn shown(&self, person: &Person) -> Vec<Shown> {
        let traits = person.traits();
        let pieces = sought_under(&traits);
        let mut found: Vec<usize> = pieces
            .iter()
            .filter_map(|piece| self.pieces.get(piece))
            .flatten()
            .copied()
            .collect();
        found.extend(self.phones.get(&person.phone).into_iter().flatten());
        found.sort_unstable();
        found.dedup();
        found
            .into_iter()
            .filter_map(|at| {
                let same_phone = self.people[at].phone == person.phone;
                Some((
                    at,
                    compare(&traits, &self.traits[at], same_phone)?.certainty,
                ))
            })
            .collect()
    }
}

fn of_100(part: usize, whole: usize) -> f64 {
    let number = |n: usize| f64::from(u32::try_from(n).unwrap());
    100.0 * number(part) / number(whole)
}

#[test]
fn a_crowd_is_told_apart_and_copies_are_found() {
    let chance = Chance(Rng::seeded(8));
    let files = Files::of(chance.crowd());
    let probable = |shown: &[Shown]| shown.iter().any(|(_, how)| *how == Certainty::Probable);
    let strangers: Vec<_> = (0..2000)
        // Half of the new ones come with the phone of a household that is known.
        .map(|n| {
            let phone = if n % 2 == 0 { n } else { 5_000_000 + n };
            files.shown(&chance.person(phone))
        })
        .collect();
    let copies: Vec<_> = (0..2000)
        .map(|at| {
            let mut shown = files.shown(&chance.again(&files.people[at]));
            shown.retain(|(found, _)| *found == at);
            shown
        })
        .collect();
    let count = |all: &[Vec<Shown>], test: &dyn Fn(&[Shown]) -> bool| {
        of_100(all.iter().filter(|shown| test(shown)).count(), all.len())
    };
    let any = |shown: &[Shown]| !shown.is_empty();
    let (false_probable, false_any) = (count(&strangers, &probable), count(&strangers, &any));
    let (hit_probable, hit_any) = (count(&copies, &probable), count(&copies, &any));
    let measured = format!(
        "of 100 strangers {false_probable:.2} probable, {false_any:.2} at all; of 100 copies {hit_probable:.1} probable, {hit_any:.1} at all"
    );
    eprintln!("{measured}");
    assert!(false_probable <= 0.5 && false_any <= 8.0, "{measured}");
    assert!(hit_probable >= 78.0 && hit_any >= 92.0, "{measured}");
}
