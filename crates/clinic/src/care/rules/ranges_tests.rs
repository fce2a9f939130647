use proptest::prelude::*;

use super::{
    notation::{Reader, Separators},
    ranges::{Bound, Extent, Flag, Interval, Level, Sex, Written, unit_key},
};

const L: Option<Flag> = Some(Flag::Low);
const N: Option<Flag> = Some(Flag::Normal);
const H: Option<Flag> = Some(Flag::High);

fn written<'a>(value: &'a str, normal: &'a str) -> Written<'a> {
    let normal = Some(normal);
    let (unit, sex) = (None, None);
    Written {
        value,
        unit,
        normal,
        sex,
    }
}

/// Result, range, flag.
const TABLE: &[(&str, &str, Option<Flag>)] = &[
    // Two bounds.
    ("0.95", "0.70 - 1.10", N),
    ("0,95", "0.70 - 1.10", N),
    ("0.69", "0.70 - 1.10", L),
    ("1.11", "0.70 - 1.10", H),
    ("0.70", "0.70 - 1.10", N),
    ("1.10", "0.70 - 1.10", N),
    ("1.1", "0,70–1,10", N),
    ("1,2", "0,70–1,10", H),
    ("0.5", "0.7 à 1.1", L),
    ("0.8", "0.7 a 1.1", N),
    ("1.5", "0.7 to 1.1", H),
    ("0.5", "[0.7 ; 1.1]", L),
    ("0.7", "[0.7 ; 1.1]", N),
    ("0.7", "]0.7 ; 1.1]", L),
    ("1.1", "[0.7 ; 1.1[", H),
    ("14", "(12-16)", N),
    ("14", "12 — 16", N),
    ("14", "12−16", N),
    ("14", "de 12 à 16", N),
    ("17", "entre 12 et 16", H),
    ("14", "between 12 and 16", N),
    ("14", "12 - 16 g/dL", N),
    ("11 g/dL", "12 - 16 g/dL", L),
    ("11 g/dl", "12-16g/dL", L),
    ("110 g/L", "12 - 16 g/dL", None),
    ("14", "12 - 16 (g/dL)", N),
    ("0.9", "0,70 g/L - 1,10 g/L", N),
    ("1", "0 - 2 %", N),
    ("3", "-2 - +2", H),
    ("-3", "-2 à 2", L),
    ("0.5", "0 ± 2", N),
    ("-2.5", "± 2", L),
    // One bound.
    ("4.9", "< 5", N),
    ("5", "< 5", H),
    ("5", "<=5", N),
    ("5", "≤ 5", N),
    ("5.1", "=< 5", H),
    ("41", "> 40", N),
    ("40", "> 40", L),
    ("40", ">= 40", N),
    ("40", "≥ 40", N),
    ("39", "⩾40", L),
    ("5", "inférieur à 5", H),
    ("4", "Inférieur à 5 mg/L", N),
    ("5", "inférieure ou égale à 5", N),
    ("40", "supérieur à 40", L),
    ("40", "supérieur ou égal à 40", N),
    ("4", "inf. à 5", N),
    ("4", "moins de 5", N),
    ("5", "au plus 5", N),
    ("5", "jusqu'à 5", N),
    ("6", "Jusqu’à 5 UI/L", H),
    ("39", "au moins 40", L),
    ("40", "à partir de 40", N),
    ("6", "up to 5", H),
    ("4", "less than 5", N),
    ("41", "greater than 40", N),
    ("200", "max 190", H),
    ("190", "max. : 190", N),
    ("3", "min 4", L),
    ("12", "8 - 15 min", N),
    // Names before it, several conditions, alternatives.
    ("14", "N: 12-16", N),
    ("17", "N : 12 - 16", H),
    ("0.3", "N < 0.5", N),
    ("14", "Normale : 12 à 16", N),
    ("14", "VN = 12-16", N),
    ("14", "Valeurs de référence : 12 - 16", N),
    ("14", "Valeurs normales: 12-16", N),
    ("14", "Réf. 12-16", N),
    ("4", "> 3 et < 5", N),
    ("5", "≥ 3 et < 5", H),
    ("2 mmol/L", "0,70 - 1,10 g/L soit 3,9 - 6,1 mmol/L", L),
    ("1 g/L", "0,70 - 1,10 g/L soit 3,9 - 6,1 mmol/L", N),
    ("1", "0,70 - 1,10 g/L soit 3,9 - 6,1 mmol/L", None),
    ("7", "Adulte : 4-10 Enfant : 5-15", N),
    ("12", "Adulte : 4-10 Enfant : 5-15", None),
    ("0.9", "À jeun : 0,70 - 1,10", N),
    // Thousands.
    ("8 500", "4 000 - 10 000", N),
    ("8500", "4\u{a0}000 – 10\u{a0}000 /mm3", N),
    ("12\u{202f}000", "4 000 - 10 000 /mm³", H),
    ("8.500", "4.000 - 10.000", N),
    ("8500", "4.000 - 10.000", None),
    ("8500", "4.000 - 10.000.000", N),
    ("1.100", "0.70 - 1.10", N),
    ("1,234", "0,27 - 4,20", N),
    ("1.250,5", "1.000,0 - 2.000,0", N),
    ("1,250.5", "1,000.0 - 1,200.0", H),
    ("1 250,5", "1 000 - 1 200", H),
    ("5.12", "4.5 - 5.9 10^6/µL", N),
    ("7.1 10³/µL", "4-10 10^3/uL", N),
    ("7 G/L", "4-10 x10^9/L", None),
    // Results beyond what the machine can tell.
    ("< 0.01", "0.27 - 4.20", L),
    ("< 5", "< 10", N),
    ("< 5", "0 - 10", N),
    ("< 5", "3 - 10", None),
    ("< 5", "< 3", None),
    (">1000", "0 - 500", H),
    ("> 1000", "> 40", N),
    ("> 30", "> 40", None),
    ("≤ 5", "< 5", None),
    ("5-6 /champ", "0 - 10 /champ", N),
    ("5-12", "0 - 10", None),
    // Findings.
    ("négatif", "négatif", N),
    ("Négative", "Absence", N),
    ("neg", "NEGATIF", N),
    ("absent", "négatif", N),
    ("non réactif", "Non réactif", N),
    ("non-réactif", "négatif", N),
    ("réactif", "non réactif", H),
    ("not detected", "negative", N),
    ("positif", "négatif", H),
    ("+", "négatif", H),
    ("++", "absence", H),
    ("2+", "absent", H),
    ("positif (+++)", "négatif", H),
    ("faiblement positif", "négatif", H),
    ("traces", "négatif", H),
    ("traces", "négatif ou traces", N),
    ("absence de germes", "absence de germes", N),
    ("négatif", "positif", L),
    ("présence d'albumine", "absence", H),
    // Nothing that can be judged.
    ("négatif", "< 5", None),
    ("0", "négatif", None),
    ("±", "négatif", None),
    ("+/-", "négatif", None),
    ("douteux", "négatif", None),
    ("", "0.70 - 1.10", None),
    ("0.95", "", None),
    ("0.95", "voir commentaire", None),
    ("0.95", "1.10 - 0.70", None),
    ("0.95", "1.10", None),
    ("0.95", "0.70 1.10", None),
    ("12/8", "10 - 14", None),
    ("environ 5", "< 10", None),
    ("5", "carence : < 10", None),
    ("5", "> 10 et < 3", None),
    ("NaN", "0 - 1", None),
    ("1e400", "0 - 1", None),
    ("12.34.5", "0 - 20", None),
    ("1,25 *", "0,70 - 1,10", H),
];

#[test]
fn results_are_judged_as_people_write_them() {
    assert!(TABLE.len() >= 80);
    let wrong: Vec<_> = TABLE
        .iter()
        .filter_map(|(value, normal, flag)| {
            let found = written(value, normal).flag();
            (found != *flag).then(|| format!("{value:?} in {normal:?}: {found:?}, not {flag:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_range_is_for_whom_it_says() {
    use Sex::{Female, Male};
    for (normal, value, sex, flag) in [
        ("H: 13-17 F: 12-16", "12.5", Some(Female), N),
        ("H: 13-17 F: 12-16", "12.5", Some(Male), L),
        ("H: 13-17 F: 12-16", "12.5", None, None),
        ("H: 13-17 F: 12-16", "14", None, N),
        ("H: 13-17 F: 12-16", "9", None, L),
        ("H : 13-17 / F : 12-16 g/dL", "16.5", Some(Female), H),
        ("Hommes : < 40 ; Femmes : < 30", "35", Some(Male), N),
        ("Hommes : < 40 ; Femmes : < 30", "35", Some(Female), H),
        ("Homme 4,5 à 5,9\nFemme 4,0 à 5,2", "4.2", Some(Female), N),
        ("M: 4.5-5.9, F: 4.0-5.2", "4.2", Some(Male), L),
        ("Men: 13 - 17 Women: 12 - 16", "12.5", Some(Male), L),
        ("13-17 (H), 12-16 (F)", "12.5", Some(Female), N),
        ("13-17 g/dL (H), 12-16 g/dL (F)", "12.5", Some(Male), L),
        ("N: H: 13-17 F: 12-16", "12.5", Some(Female), N),
        (
            "Femme: 12-16 Femme enceinte: 11-14",
            "11.5",
            Some(Female),
            None,
        ),
        ("Femme: 12-16 Femme enceinte: 11-14", "13", Some(Female), N),
        ("F: 12-16", "13", Some(Male), None),
    ] {
        let sex_known = Written {
            sex,
            ..written(value, normal)
        };
        assert_eq!(sex_known.flag(), flag, "{value} in {normal:?} for {sex:?}");
    }
}

#[test]
fn a_unit_that_stands_apart_counts() {
    for (unit, normal, flag) in [
        ("g/L", "0.70 - 1.10 g/L", N),
        ("g/l", "0.70 - 1.10 g / L", N),
        ("", "0.70 - 1.10 g/L", N),
        ("mmol/L", "0.70 - 1.10 g/L", None),
        ("mmol/L", "0.70 - 1.10", N),
        ("mmol/L", "0.70 - 1.10 g/L soit 3.9 - 6.1 mmol/L", L),
    ] {
        let with_unit = Written {
            unit: Some(unit),
            ..written("0.95", normal)
        };
        assert_eq!(with_unit.flag(), flag, "{unit} with {normal}");
    }
    for (one, other) in [
        ("µg/L", "μg / l"),
        ("mcg/L", "ug/L"),
        ("10^9/L", "x10⁹/L"),
        ("10*3/µL", "10e3/uL"),
        ("10¹²/L", "10^12/L"),
        ("/mm³", "/mm3"),
        ("UI/L", "IU/L"),
    ] {
        assert_eq!(unit_key(one), unit_key(other));
    }
    assert_ne!(unit_key("mg/L"), unit_key("g/L"));
}

#[test]
fn a_chart_knows_number_and_band() {
    let result = written("0,95 g/L", "0.70 - 1.10 g/L");
    assert_eq!(result.number(), Some(0.95));
    assert_eq!(result.band().unwrap().to_string(), "0.7 – 1.1");
    assert_eq!(written("< 0.01", "< 5").number(), Some(0.01));
    assert_eq!(written("négatif", "négatif").number(), None);
    assert_eq!(written("négatif", "négatif").band(), None);
    assert_eq!(written("14", "H: 13-17 F: 12-16").band(), None);
    assert_eq!(written("8500", "4.000 - 10.000").band(), None);
}

fn read(text: &str) -> Vec<Option<Extent>> {
    let ways = Separators::of([text, ""]).into_iter();
    ways.map(|ways| {
        let cases = Reader::new(text, ways).cases()?;
        (cases.len() == 1).then(|| cases[0].extent)
    })
    .collect()
}

fn bound() -> impl Strategy<Value = Option<Bound>> {
    let at = (-1_000_000_i64..1_000_000, 0_u32..5);
    let at = at.prop_map(|(digits, places)| digits as f64 / 10_f64.powi(places as i32));
    prop::option::of((at, any::<bool>()).prop_map(|(at, included)| Bound { at, included }))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_written_breaks_it(value in ".{0,40}", unit in ".{0,8}", normal in ".{0,60}") {
        let _ = Written { value: &value, unit: Some(&unit), normal: Some(&normal), sex: Some(Sex::Female) }.flag();
        let _ = written(&value, &normal).band();
        let _ = written(&value, &normal).number();
    }

    #[test]
    fn nor_does_what_looks_like_one(
        value in "[<>≤≥]?[ ]?[0-9 .,+-]{0,12}( ?[a-zµ%/^]{0,5})?",
        normal in "(N|H|F|de|entre|jusqu'à)?[ :\\[(]{0,2}[<>=≤≥]{0,2}[0-9 .,;/+à-]{0,24}[\\])]?[a-zL/%^]{0,6}",
    ) {
        let one = written(&value, &normal);
        if let Some(band) = one.band()
            && let (Some(low), Some(high)) = (band.low, band.high)
        {
            prop_assert!(low.at <= high.at, "{normal:?}");
        }
        let _ = one.flag();
    }

    #[test]
    fn what_it_renders_it_reads_again(low in bound(), high in bound()) {
        let Some(interval) = Interval::between(low, high) else {
            return Ok(());
        };
        let point = low.zip(high).is_some_and(|(low, high)| low.at >= high.at);
        if point || (low.is_none() && high.is_none()) {
            return Ok(());
        }
        let text = interval.to_string();
        // Three decimals may be thousands: then one of the ways is right.
        prop_assert!(read(&text).contains(&Some(Extent::Numbers(interval))), "{text:?}: {:?}", read(&text));
    }

    #[test]
    fn bounds_have_an_order(a in -1000.0..1000.0_f64, b in -1000.0..1000.0_f64) {
        let (low, high) = (a.min(b), a.max(b));
        prop_assume!(low < high);
        let bounds = |low: f64, high: f64| format!("{low:.2} à {high:.2}");
        if format!("{low:.2}") != format!("{high:.2}") {
            prop_assert_eq!(read(&bounds(high, low)), vec![None]);
        }
        let all = read(&bounds(low, high));
        let is_whole = matches!(all[..], [Some(Extent::Numbers(Interval { low: Some(_), high: Some(_) }))]);
        prop_assert!(is_whole);
    }

    #[test]
    fn a_number_has_one_place(value in 0_u32..2000, low in 0_u32..1000, width in 1_u32..1000) {
        let (high, value) = (low + width, value);
        let expected = if value < low { L } else if value > high { H } else { N };
        prop_assert_eq!(written(&value.to_string(), &format!("{low} - {high}")).flag(), expected);
        prop_assert_eq!(written(&format!("{value},0"), &format!("{low}.0 à {high}.0")).flag(), expected);
    }
}

#[test]
fn findings_have_an_order() {
    assert!(Level::Absent < Level::Traces && Level::Traces < Level::Present);
}
