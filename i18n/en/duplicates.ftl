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
