# Ce que chaque refus dit : ce qui s’est passé, ce qui est gardé, ce qu’il faut faire.

error-malformed-title = Demande illisible
error-malformed-detail = Nous n’avons pas pu lire cette demande. Rien n’a été enregistré. Vérifiez son format, puis envoyez-la de nouveau.
error-invalid-title = Des informations à corriger
error-invalid-detail = Rien n’est encore enregistré. Corrigez les champs signalés, puis envoyez de nouveau.
error-unauthenticated-title = Connexion nécessaire
error-unauthenticated-detail = Votre session n’est pas ouverte ou a expiré. Rien n’a été modifié. Connectez-vous, puis recommencez.
error-bad-credentials-title = Connexion refusée
error-bad-credentials-detail = Le nom d’utilisateur ou le mot de passe ne convient pas. Vérifiez-les, puis réessayez.
error-bad-signature-title = Signature refusée
error-bad-signature-detail = La signature de cette demande manque ou ne correspond pas. Rien n’a été enregistré. Vérifiez l’adresse publique et le secret partagé.
error-bad-csrf-title = Page trop ancienne
error-bad-csrf-detail = Ce formulaire ne peut plus être envoyé. Rien n’a été modifié. Rechargez la page, puis envoyez-le de nouveau.
error-forbidden-title = Accès refusé
error-forbidden-detail = Votre compte ne permet pas cette action. Rien n’a été modifié. Si vous en avez besoin, parlez-en à l’administrateur de votre structure.
error-insufficient-scope-title = Accès limité
error-insufficient-scope-detail = Ce jeton ne donne pas ce droit. Rien n’a été modifié. Demandez un jeton qui le donne : l’en-tête WWW-Authenticate le nomme.
error-not-found-title = Introuvable
error-not-found-detail = Cette adresse ne mène à rien, ou à rien que vous puissiez voir. Vérifiez-la, ou revenez à l’accueil.
error-method-not-allowed-title = Action impossible ici
error-method-not-allowed-detail = Cette adresse existe, mais pas pour cette action. Rien n’a été modifié. Revenez à la page précédente.
error-conflict-title = Action impossible pour le moment
error-conflict-detail = L’état actuel ne le permet pas. Rien n’a été modifié. Rechargez la page pour voir où en sont les choses.
error-stale-title = Modifié entre-temps
error-stale-detail = Quelqu’un a modifié cet élément pendant que vous y travailliez. Sa version est gardée, la vôtre n’est pas enregistrée. Rechargez, puis refaites votre modification.
error-too-large-title = Envoi trop volumineux
error-too-large-detail = Cet envoi dépasse la taille permise. Rien n’a été enregistré. Réduisez-le, puis réessayez.
error-unsupported-media-title = Type de contenu refusé
error-unsupported-media-detail = Ce type de contenu n’est pas accepté ici. Rien n’a été enregistré. Choisissez un autre format, puis réessayez.
error-bad-range-title = Partie introuvable
error-bad-range-detail = La partie demandée n’existe pas dans ce fichier. Rien n’a été envoyé. Demandez le fichier entier.
error-rate-limited-title = Trop de demandes
error-rate-limited-detail = Trop de demandes sont arrivées en peu de temps. Celle-ci n’a pas été traitée. Patientez un instant, puis réessayez.
error-unavailable-title = Service momentanément indisponible
error-unavailable-detail = Un élément nécessaire ne répond pas. Cette demande n’a peut-être pas été traitée. Patientez un instant, vérifiez, puis réessayez.
error-internal-title = Un problème de notre côté
error-internal-detail = Nous n’avons pas pu terminer. Votre dernière action n’est peut-être pas enregistrée ; vérifiez-la, puis réessayez. Si cela se répète, donnez le numéro de la demande à votre administrateur.

problem-empty-body = La demande est arrivée sans contenu. Rien n’a été enregistré. Envoyez-la avec un corps JSON.
problem-bad-json = Le contenu n’est pas du JSON correct. Rien n’a été enregistré. Corrigez l’endroit signalé, puis envoyez de nouveau.
problem-not-utf8 = Le texte n’est pas codé en UTF-8. Rien n’a été enregistré. Changez le codage, puis envoyez de nouveau.
problem-nul-character = Le texte contient un caractère nul, que nous ne pouvons pas garder. Rien n’a été enregistré. Retirez-le, puis envoyez de nouveau.

field-required = À remplir.
field-unknown-field = Ce champ n’existe pas. Vérifiez son nom ou retirez-le.
field-duplicate-field = Ce champ figure deux fois. N’en gardez qu’un.
field-wrong-type = { $expected ->
    [text] Un texte est attendu ici.
    [number] Un nombre est attendu ici.
    [boolean] Oui ou non (true ou false) est attendu ici.
    [list] Une liste est attendue ici.
    [object] Un objet est attendu ici.
   *[other] Cette valeur n’est pas du bon type.
}
field-bad-json = À la ligne { $line }, colonne { $column }.
field-too-long = { $max ->
    [one] Un seul caractère au plus.
   *[other] { $max } caractères au plus.
}
field-too-short = { $min ->
    [one] Au moins un caractère.
   *[other] Au moins { $min } caractères.
}
field-not-a-phone = Ce n’est pas un numéro de téléphone. Exemple : +221 77 123 45 67.
field-no-such-number = Ce numéro n’existe pas dans ce pays. Vérifiez l’indicatif et les chiffres.
field-not-a-date = Cette date n’existe pas. Écrivez-la ainsi : 2026-12-31.
field-out-of-range = Cette valeur est hors des limites. Vérifiez-la.
field-not-a-choice-alone = Ce choix n’existe pas. Prenez un de ceux qui sont proposés.
field-not-a-choice = Ce choix n’existe pas. Possibles : { $choices }.
field-taken = C’est déjà pris. Choisissez autre chose.
field-malformed = Cette valeur ne peut pas être lue. Vérifiez son écriture.
