//! The form as its templates draw it: what each field accepts, what stands in it
//! and what is wrong with it.

use clinical_form::{Field, Form, Kind, Section, Writer};
use kernel::{FieldError, Locale, Problem};
use webkit::Texts;

use crate::care::wire::{AGE, BIRTH_DATE, Typed};

/// A choice of at most so many words is shown whole.
const SHOWN_WHOLE: usize = 3;
/// The section that tells who the patient is.
const IDENTITY: &str = "identite";

/// How a field is filled in.
pub(super) enum Control {
    /// One line of text.
    Line,
    /// Several.
    Area,
    /// A box to tick.
    Check,
    /// All words at once.
    Radios(Vec<Word>),
    /// The words in a list.
    Select(Vec<Word>),
    /// A number between two others.
    Number {
        min: f64,
        max: f64,
        whole: bool,
        /// What is said at once of a number outside.
        outside: String,
    },
    /// A day.
    Date,
    /// A number to call.
    Phone,
    /// Systolic over diastolic.
    Pressure,
}

/// One word of a choice.
pub(super) struct Word {
    pub(super) word: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

/// One field.
pub(super) struct FieldView {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) control: Control,
    pub(super) value: String,
    pub(super) error: String,
    pub(super) required: bool,
    pub(super) unit: String,
    pub(super) first: bool,
}

impl FieldView {
    /// Whether it needs the width of the page.
    pub(super) const fn is_wide(&self) -> bool {
        matches!(self.control, Control::Area)
    }

    pub(super) const fn is_wrong(&self) -> bool {
        !self.error.is_empty()
    }
}

/// Fields that stand together: those shown at once, and the rest.
pub(super) struct SectionView {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) open: bool,
    pub(super) common: Vec<FieldView>,
    pub(super) rest: Vec<FieldView>,
    pub(super) rest_open: bool,
}

impl SectionView {
    /// How many fields of it are wrong.
    pub(super) fn wrong(&self) -> usize {
        let all = self.common.iter().chain(&self.rest);
        all.filter(|field| field.is_wrong()).count()
    }

    /// How many fields of it are filled in.
    pub(super) fn filled(&self) -> usize {
        let all = self.common.iter().chain(&self.rest);
        all.filter(|field| !field.value.is_empty()).count()
    }

    pub(super) fn is(&self, key: &str) -> bool {
        self.key == key
    }
}

/// What the form is drawn with.
pub(super) struct Drawn<'a> {
    pub(super) texts: Texts,
    pub(super) writer: Writer,
    pub(super) typed: &'a Typed,
    pub(super) errors: &'a [FieldError],
    /// Whether who the patient is was taken over, so that it can stay folded.
    pub(super) known: bool,
}

impl Drawn<'_> {
    /// The sections that this person may write.
    pub(super) fn sections(&self) -> Vec<SectionView> {
        let writes = |section: &&Section| {
            let fields = &section.fields;
            self.writer == Writer::Doctor || !fields.iter().all(|field| field.doctor)
        };
        let shown = Form::fiche().sections.iter().filter(writes);
        let mut shown: Vec<_> = shown.map(|section| self.section(section)).collect();
        let fields = shown
            .iter_mut()
            .flat_map(|section| section.common.iter_mut().chain(&mut section.rest));
        let wrong = self.errors.is_empty();
        let mut fields = fields.filter(|field| wrong || field.is_wrong());
        let start = match self.known && wrong {
            true => fields.find(|field| field.key == "motif_consultation"),
            false => fields.next(),
        };
        if let Some(field) = start {
            field.first = true;
        }
        shown
    }

    fn section(&self, section: &Section) -> SectionView {
        let (mut common, mut rest) = (Vec::new(), Vec::new());
        for field in &section.fields {
            match field.common {
                true => common.push(self.field(field)),
                false => rest.push(self.field(field)),
            }
            if field.key == BIRTH_DATE {
                common.push(self.age());
            }
        }
        let mut view = SectionView {
            key: section.key.clone(),
            title: section.label.text(self.texts.locale).to_owned(),
            open: section.open && !(self.known && section.key == IDENTITY),
            rest_open: rest.iter().any(FieldView::is_wrong),
            common,
            rest,
        };
        view.open |= view.wrong() > 0;
        view
    }

    fn field(&self, field: &Field) -> FieldView {
        let value = self.typed.raw(&field.key).to_owned();
        FieldView {
            label: field.label.text(self.texts.locale).to_owned(),
            control: control(field, &value, self.texts),
            error: self.error(&field.key),
            required: field.required,
            unit: field.unit().to_owned(),
            first: false,
            key: field.key.clone(),
            value,
        }
    }

    /// The age, for somebody who does not know the day of his birth.
    fn age(&self) -> FieldView {
        FieldView {
            key: AGE.to_owned(),
            label: self.texts.get("consultation-age"),
            control: Control::Number {
                min: 0.0,
                max: 125.0,
                whole: true,
                outside: outside(0.0, 125.0, self.texts),
            },
            value: self.typed.raw(AGE).to_owned(),
            error: self.error(AGE),
            required: false,
            unit: self.texts.get("consultation-years"),
            first: false,
        }
    }

    fn error(&self, key: &str) -> String {
        let found = self.errors.iter().find(|error| error.field == key);
        found.map_or_else(String::new, |error| self.texts.field(error))
    }
}

fn control(field: &Field, value: &str, texts: Texts) -> Control {
    match &field.kind {
        Kind::Text { lines: false, .. } => Control::Line,
        Kind::Text { lines: true, .. } => Control::Area,
        Kind::Flag { unknown: false } => Control::Check,
        Kind::Flag { unknown: true } => {
            let word = |word: &str, key: &str| (word.to_owned(), texts.get(key));
            let words = [word("oui", "common-yes"), word("non", "common-no")];
            Control::Radios(chosen(words.into_iter().chain([unanswered()]), value))
        }
        Kind::Choice(choices) => {
            let label = |choice: &clinical_form::Choice| choice.label.text(texts.locale).to_owned();
            let words = choices.iter().map(|one| (one.word.clone(), label(one)));
            // What may stay open can be opened again.
            let open = (!field.required && field.default.is_none()).then(unanswered);
            if choices.len() <= SHOWN_WHOLE {
                return Control::Radios(chosen(words.chain(open), value));
            }
            Control::Select(chosen(open.into_iter().chain(words), value))
        }
        Kind::Number {
            min, max, decimals, ..
        } => Control::Number {
            min: *min,
            max: *max,
            whole: *decimals == 0,
            outside: outside(*min, *max, texts),
        },
        Kind::Date => Control::Date,
        Kind::Phone => Control::Phone,
        Kind::Pressure => Control::Pressure,
    }
}

fn outside(min: f64, max: f64, texts: Texts) -> String {
    let error = FieldError::new("", "outside");
    texts.field(&error.with("min", min).with("max", max))
}

fn unanswered() -> (String, String) {
    (String::new(), "—".to_owned())
}

fn chosen(words: impl Iterator<Item = (String, String)>, value: &str) -> Vec<Word> {
    let word = |(word, label): (String, String)| Word {
        chosen: word == value,
        word,
        label,
    };
    words.map(word).collect()
}

/// What a field is called.
pub(super) fn label(key: &str, locale: Locale) -> String {
    let field = Form::fiche().field(key);
    field.map_or_else(
        || key.to_owned(),
        |field| field.label.text(locale).to_owned(),
    )
}

/// A wrong field, for the list above the form that leads to it.
pub(super) struct Wrong {
    pub(super) key: String,
    pub(super) label: String,
    pub(super) message: String,
}

/// What is wrong, in the order of the form.
pub(super) fn wrong(errors: &[FieldError], texts: Texts) -> Vec<Wrong> {
    let place = |error: &FieldError| {
        let mut fields = Form::fiche().fields();
        let key = if error.field == AGE {
            BIRTH_DATE
        } else {
            &error.field
        };
        fields.position(|field| field.key == key)
    };
    let mut errors: Vec<&FieldError> = errors.iter().collect();
    errors.sort_by_key(|error| place(error));
    let view = |error: &&FieldError| Wrong {
        key: error.field.clone(),
        label: texts
            .try_with(&format!("consultation-field-{}", error.field), &[])
            .unwrap_or_else(|| label(&error.field, texts.locale)),
        message: texts.field(error),
    };
    errors.iter().map(view).collect()
}

/// Every error of a problem, with what else is missing: nobody should send a
/// form twice to learn what one look could have told.
pub(super) fn all_errors(problem: &Problem, missing: Vec<FieldError>) -> Vec<FieldError> {
    let mut errors = problem.errors.clone();
    for error in missing {
        if !errors.iter().any(|known| known.field == error.field) {
            errors.push(error);
        }
    }
    errors
}
