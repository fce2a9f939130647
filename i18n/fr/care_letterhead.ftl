letterhead-nav = En-tête
letterhead-title = En-tête des documents
letterhead-intro = Ces indications figurent en haut de chaque document que vous imprimez, y compris des fiches déjà signées. Le contenu signé ne change pas.
letterhead-saved = C’est enregistré. Les documents portent maintenant cet en-tête.
letterhead-address = Adresse
letterhead-address-hint = Cinq lignes au plus.
letterhead-phone = Téléphone
letterhead-email = E-mail
letterhead-logo = Logo
letterhead-logo-hint = Une image PNG ou JPEG de 512 Ko au plus.
letterhead-logo-now = Logo actuel
letterhead-without-logo = Retirer le logo
letterhead-save = Enregistrer
letterhead-example = Voir un exemple (PDF, nouvel onglet)

field-logo-kind = Choisissez une image PNG ou JPEG.
field-logo-too-large = { $max } Ko et 4 millions de pixels au plus. Réduisez l’image, puis envoyez-la de nouveau.
field-logo-unreadable = Cette image ne peut pas être imprimée. Enregistrez-la de nouveau en PNG, puis envoyez-la.
field-too-many-lines = { $max } lignes au plus.

audit-does-letterhead-update = L’en-tête des documents a été changé.
audit-action-letterhead-update = Changer l’en-tête des documents
