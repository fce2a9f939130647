# Duplicates: knowing them, merging them, taking them apart.

duplicates-reason-same-name = Same name
duplicates-reason-same-sound = The name sounds the same
duplicates-reason-near-name = Almost the same name
duplicates-reason-name-missing = One name more or less
duplicates-reason-initial = First name shortened
duplicates-reason-other-family-name = Same first name, another family name
duplicates-reason-same-date = Same birth date
duplicates-reason-same-year = Same year of birth (1 January)
duplicates-reason-swapped-date = Day and month of birth swapped
duplicates-reason-digit-date = Only one digit of the birth date differs
duplicates-reason-near-year = Year of birth close
duplicates-reason-other-date = Another birth date
duplicates-reason-same-phone = Same phone
duplicates-reason-other-sex = Another sex
problem-patient-merged = This record is already one with another. Nothing was changed: open the kept record.
problem-merged-further = The kept record has itself become one with another since. Nothing was changed: take that one apart first.
problem-not-merged = This record is not one with any other. Nothing was changed.
problem-two-accounts = Each of the two records has a patient account. Nothing was changed: an administrator first unlinks one account, on the record’s access page.
field-same-record = Choose another record than this one.

duplicates-known = { $count ->
    [one] This person may already be registered.
   *[other] This person may be one of these.
}
duplicates-known-kept = Nothing is registered yet. What you typed is kept below.
duplicates-probable = Very much alike
duplicates-possible = Alike
duplicates-born = Birth date: { $date }
duplicates-born-unknown = Birth date unknown
duplicates-phone-ends = Phone ending in { $digits }
duplicates-last-change = Record changed on { $date }
duplicates-this-one = It is this person
duplicates-somebody-else = No, it is somebody else
duplicates-merge-with = Merge with…
duplicates-merge-title = Merge the record of { $name }
duplicates-merge-intro = Look for the other record of the same person, then compare them. Nothing changes before you confirm.
duplicates-compare = Compare the two records
duplicates-alike = Records that look alike
duplicates-compare-title = Is this the same person?
duplicates-field = Field
duplicates-kept-record = Kept record
duplicates-other-record = Other record
duplicates-both = Both
duplicates-all-kept = All kept
duplicates-entered = Registered on
duplicates-nothing = Not given
duplicates-why = Why is it the same person? (optional)
duplicates-what-happens = What will happen
duplicates-happens-record = The record of { $other } joins that of { $kept }: its name and numbers lead there from now on.
duplicates-happens-numbers = Messages, calls and history of both records are read together.
duplicates-happens-restricted = One of the records is restricted: the kept one will be too.
duplicates-happens-undo = Nothing is deleted: you can take them apart at any time.
duplicates-merge = Merge the two records
duplicates-swap = Keep the other record instead
duplicates-merges = Records joined here
duplicates-merged-on = Joined on { $date }.
duplicates-unmerge = Take apart
duplicates-language-fr = Français
duplicates-language-en = English
