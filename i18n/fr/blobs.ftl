# Fichiers envoyés : pourquoi l’un d’eux n’est pas gardé, et que faire.

problem-file-active = Ce fichier contient un programme, un autre fichier ou un élément chargé depuis l’extérieur. Il n’a pas été gardé. Enregistrez-le en PDF simple, ou envoyez une photo de ses pages.
problem-file-damaged = Ce fichier est incomplet ou abîmé. Il n’a pas été gardé. Ouvrez-le pour le vérifier, enregistrez-le de nouveau, puis renvoyez-le.
problem-file-empty = Ce fichier est vide. Il n’a pas été gardé. Vérifiez-le, puis renvoyez-le.
problem-file-heic = Cette photo est au format HEIC de l’iPhone, que peu d’ordinateurs ouvrent. Elle n’a pas été gardée. Sur l’iPhone, choisissez Réglages, Appareil photo, Formats, « Le plus compatible », puis reprenez la photo ; ou envoyez-en une copie d’écran.
problem-file-kind = Nous gardons les documents PDF et Word (DOCX) et les photos JPEG et PNG. Ce fichier est autre chose et n’a pas été gardé. Enregistrez-le sous l’une de ces formes, puis renvoyez-le.
problem-file-locked = Ce fichier est protégé par un mot de passe. Il n’a pas été gardé. Enregistrez-en une copie sans mot de passe, puis envoyez-la.
problem-file-too-large = Ce fichier est trop lourd et n’a pas été gardé. Réduisez-le ou envoyez-le en plusieurs parties.
problem-file-unpacks = Ce fichier devient trop grand quand on l’ouvre. Il n’a pas été gardé. Réduisez la taille de ses images, puis renvoyez-le.

field-file-too-large = { $max } Mo au plus.
