# Les liens qui montrent une consultation, vus par la clinique.

links-title = Liens de partage
links-intro = Celui qui a un de ces liens lit cette consultation sans mot de passe. Fermer un lien le rend inutile tout de suite.
links-none = Aucun lien ne montre cette consultation en ce moment.
links-until = Valable jusqu’au
links-by = Créé par
links-made = Créé le
links-opened = Ouvertures
links-somebody = Quelqu’un
links-ended = Ce lien ne montre plus rien.
