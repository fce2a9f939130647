# Patients.

patients-title = Patients
patients-new = New patient
patients-search = Name or number
patients-none = No patient matches. Try a part of the name or of the number.
patients-count = { $count ->
    [one] { $count } patient
   *[other] { $count } patients
}
patients-shared = Shared number
patients-first-name = First name
patients-last-name = Last name
patients-phone = Phone
patients-birth-date = Date of birth
patients-gender = Sex
patients-gender-unknown = Not stated
patients-gender-f = Female
patients-gender-m = Male
patients-language = Language of messages
patients-more = Contacts and history
patients-email = E-mail
patients-address = Address
patients-emergency-contact = Person to inform
patients-emergency-phone = Their phone
patients-medical-history = History
patients-allergies = Allergies
patients-current-medications = Current medication
problem-patient-exists = This patient is already registered with this name and number. Nothing was created: open the record.
field-exists = Patient already registered ({ $id }).
patients-open = Open the record
patients-created = The patient is registered.
